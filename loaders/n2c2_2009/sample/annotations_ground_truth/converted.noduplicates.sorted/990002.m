m="kettlol" 2:0 2:0||do="500 mg" 2:1 2:2||mo="p.o." 2:3 2:3||f="on monday...friday" 2:4 2:5,3:0 3:0||du="nm"||r="blue knee" 3:2 3:3||ln="narrative"
