//! Small apps that print the same as one module and file by file.

use super::{graphs::GRAPHS, *};

#[tokio::test]
async fn one_module_prints_what_many_print() {
    let mut cases = Vec::new();
    for (name, text) in GRAPHS {
        let case = Case::new(text).await;
        assert_eq!(case.prepared.unbundled, None, "{name}");
        assert_eq!(case.prepared.code.entry, "bundle/app.js", "{name}");
        cases.push(case);
    }
    for ((name, text), [one, many]) in GRAPHS.iter().zip(run_both(&cases)) {
        // An app that cannot run is no test of how it runs.
        let fails = many.contains("threw SyntaxError");
        assert!(many.len() > 10 && !fails, "{name}: {many}");
        if std::env::var_os("SHOW").is_some() { eprintln!("=== {name}\n{one}"); }
        if one != many {
            let at = cases.iter().position(|case| files(text)[0].1 == fs::read_to_string(case.fixture.dir().package().join(&files(text)[0].0)).unwrap_or_default());
            let code = at.map(|at| fs::read_to_string(cases[at].prepared.code.run.join("bundle/app.js")).unwrap());
            panic!("{name}\none:\n{one}\nmany:\n{many}\n{}", code.unwrap_or_default());
        }
    }
}
