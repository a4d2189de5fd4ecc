"""A package, so that files of tests in different folders may have the same name."""
