/** The handler that runs in an appspace, and bare beside it. */
export function hello(): Response {
  return new Response("Hello, world\n");
}
