"""The catalogue: records of datasets, licences, citations."""
