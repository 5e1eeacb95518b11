//! A JavaScript heap that grows. Expected: V8 ends it at its limit; the log tells; the next request is answered.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("memory_mib = 256\nheap_mib = 64");
    stage.app(
        r#"
        bomb: () => { const held = []; for (;;) held.push(new Array(1000).fill({}).map(() => ({ a: [1, 2, 3] }))); },
        hello: () => "hello",
        "#,
        &[],
    );
    let answer = stage.get("/one/bomb");
    assert_eq!(answer.status, 502, "{answer:?}");
    assert!(stage.log().contains("memory"), "{}", stage.log());
    stage.until_it_answers("/one/hello");
});
