//! `ArrayBuffer`s, which V8's limit does not count. Expected: the memory limit ends it or the allocation fails; the next
//! request is answered.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("memory_mib = 256\nheap_mib = 64");
    stage.app(
        r#"
        bomb: () => {
          const held = [];
          for (let i = 0; i < 3000; i++) held.push(new Uint8Array(1 << 20).fill(1));
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
