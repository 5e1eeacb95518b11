const cache = await caches.open("filler");
const piece = new Uint8Array(8 << 20).fill(7);
for (let i = 0; ; i++) {
  await cache.put(`http://cache.invalid/${i}`, new Response(piece));
  try {
    await Deno.writeFile(`filler-${i}`, piece);
  } catch {
    // Not there either.
  }
}
