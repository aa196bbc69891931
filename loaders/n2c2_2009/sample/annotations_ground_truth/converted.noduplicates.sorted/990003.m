m="teapotin" 4:0 4:0||do="nm"||mo="nm"||f="daily" 4:1 4:1||du="nm"||r="nm"||e="continue"||t="present"||c="factual"||ln="list"
