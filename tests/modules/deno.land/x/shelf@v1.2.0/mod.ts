export { Shelf } from "./src/shelf.ts";
export type { Row } from "./src/shelf.ts";
