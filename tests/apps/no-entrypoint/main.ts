// not the main module
