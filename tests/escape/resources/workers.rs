//! A bomb of workers. Expected: it ends at the limit of threads or memory; whoever asked is told, and the next request is
//! answered.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("threads = 40\nmemory_mib = 256\nresponse_seconds = 10");
    stage.app(
        r#"
        bomb: async () => {
          const workers = [];
          for (let i = 0; i < 500; i++) {
            workers.push(new Worker("data:text/javascript,setInterval(() => {}, 1000)", { type: "module" }));
            await new Promise((resolve) => setTimeout(resolve, 1));
          }
          return workers.length;
        },
        hello: () => "hello",
        "#,
        &[],
    );
    let answer = stage.get("/one/bomb");
    assert_ne!(answer.status, 200, "{answer:?}");
    stage.until_it_answers("/one/hello");
});
