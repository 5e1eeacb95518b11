// Types alone, which have no JavaScript.
export {};
