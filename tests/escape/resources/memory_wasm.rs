//! WebAssembly memory and shared buffers, which V8's limit does not count either. Expected: the same.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("memory_mib = 256\nheap_mib = 64");
    stage.app(
        r#"
        bomb: () => {
          const held = [];
          for (let i = 0; i < 50; i++) {
            const memory = new WebAssembly.Memory({ initial: 1024, maximum: 1024, shared: i % 2 === 1 });
            new Uint8Array(memory.buffer).fill(1);
            held.push(memory);
          }
          return held.length;
        },
        hello: () => "hello",
        "#,
        &[],
    );
    let answer = stage.get("/one/bomb");
    assert!([500, 502].contains(&answer.status), "{answer:?}");
    stage.until_it_answers("/one/hello");
});
