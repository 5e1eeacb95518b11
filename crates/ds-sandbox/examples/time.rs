//! Temporary.
#![allow(warnings)]
use ds_core::*;
use ds_sandbox::*;
use std::{path::*, sync::Arc, time::*};
struct U;
#[async_trait::async_trait]
impl Users for U {
    async fn user(&self, _: &ProxyId) -> Result<Option<User>, UsersError> {
        Ok(None)
    }
    async fn users(&self) -> Result<Vec<User>, UsersError> {
        Ok(vec![])
    }
}
fn stats(name: &str, mut v: Vec<f64>) {
    v.sort_by(f64::total_cmp);
    println!(
        "{name:24} p50 {:.2} min {:.2} p90 {:.2}",
        v[v.len() / 2],
        v[0],
        v[v.len() * 9 / 10]
    );
}
#[tokio::main]
async fn main() {
    let n: usize = std::env::var("N")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(15);
    let tmp = tempfile::tempdir().unwrap();
    let run = tmp.path().join("v/run");
    std::fs::create_dir_all(run.join("app")).unwrap();
    let code = std::env::var("APP").ok();
    let entry = if let Some(dir) = &code {
        std::process::Command::new("cp")
            .args(["-r", dir, run.join("app/x").to_str().unwrap()])
            .status()
            .unwrap();
        "app/x/main.js"
    } else {
        std::fs::write(run.join("app/app.js"), r#"DROPSERVER.appRoutes.setCallback(() => [{method:"get",path:"/",auth:{allow:"public"},type:"function",handler:(ctx)=>ctx.req.respondWith(new Response("hello"))}]);"#).unwrap();
        "app/app.js"
    };
    let bare = tmp.path().join("bare.js");
    std::fs::write(
        &bare,
        r#"Deno.serve({ path: Deno.args[0], onListen() {} }, () => new Response("hello"))"#,
    )
    .unwrap();
    let deno = find_deno(None).await.unwrap();
    let mk = async |name: &str, warm, conf: Option<Confinement>| {
        DenoEngine::new(
            deno.clone(),
            &tmp.path().join(name),
            EngineConfig {
                warm,
                confinement: conf.unwrap_or_default(),
                ..Default::default()
            },
        )
        .await
        .unwrap()
    };
    let cold = mk("cold", 0, None).await;
    let warm = mk("warm", 1, None).await;
    let plain = mk("plain", 0, Some(Confinement::None)).await;
    let spec = |k: usize| {
        let dir = AppspaceDir::new(tmp.path().join(format!("as{}", k)));
        dir.create().unwrap();
        SandboxSpec {
            id: SandboxId::new(),
            code: AppCode {
                run: run.clone(),
                entry: entry.into(),
                api: ApiVersion::V0,
                node_modules: false,
            },
            task: Task::Serve,
            appspace: Some(AppspaceMounts {
                id: AppspaceId::new(),
                address: "a.example.com".parse().unwrap(),
                dir,
                users: Arc::new(U),
                outlet: None,
            }),
            limits: Limits::default(),
        }
    };
    let call = || Call {
        route: 0,
        params: serde_json::json!({}),
        path_and_query: "/".into(),
        origin: "http://a".into(),
        proxy_id: None,
    };
    let (mut c, mut w, mut p, mut b) = (vec![], vec![], vec![], vec![]);
    for i in 0..n + 2 {
        for (e, v) in [(&cold, &mut c), (&warm, &mut w), (&plain, &mut p)] {
            tokio::time::sleep(Duration::from_millis(250)).await;
            let s = spec(0);
            let t = Instant::now();
            let sb = e.start(s).await.unwrap();
            let t1 = t.elapsed();
            let cpu = || {
                let l = std::fs::read_to_string(tmp.path().join("as0/log.txt")).unwrap_or_default();
                let pid = l
                    .rsplit_once("(process ")
                    .map(|x| x.1.split(')').next().unwrap().to_string())
                    .unwrap_or_default();
                let s =
                    std::fs::read_to_string(format!("/proc/{pid}/schedstat")).unwrap_or_default();
                let mut tot = 0u64;
                let mut wait = 0u64;
                for e in std::fs::read_dir(format!("/proc/{pid}/task"))
                    .into_iter()
                    .flatten()
                    .flatten()
                {
                    let s = std::fs::read_to_string(e.path().join("schedstat")).unwrap_or_default();
                    let v: Vec<u64> = s.split_whitespace().map(|x| x.parse().unwrap()).collect();
                    tot += v[0];
                    wait += v[1];
                }
                (tot / 1000, wait / 1000)
            };
            let r = sb
                .request(call(), http::Request::new(empty_body()))
                .await
                .unwrap();
            assert_eq!(r.status(), 200);
            let el = t.elapsed().as_secs_f64() * 1e3;
            if i >= 2 {
                v.push(el);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            eprintln!("start {t1:?} total {el:.1} cpu/wait us {:?}", cpu());
            if i == n + 1 && std::env::var("MEM").is_ok() {
                tokio::time::sleep(Duration::from_secs(2)).await;
                println!("mem {}", sb.memory());
                for (k, e) in std::fs::read_dir("/proc").unwrap().flatten().enumerate() {
                    let c = std::fs::read_to_string(e.path().join("cmdline")).unwrap_or_default();
                    if c.contains("/h/harness") || c.contains("ds-jail") {
                        if let Ok(s) = std::fs::read_to_string(e.path().join("smaps_rollup")) {
                            let f = |n: &str| {
                                s.lines()
                                    .find(|l| l.starts_with(n))
                                    .map(|l| l.split_whitespace().nth(1).unwrap().to_string())
                                    .unwrap_or_default()
                            };
                            println!(
                                "{} rss {} pss {} anon {} pdirty {} pclean {}",
                                &c[..20.min(c.len())].replace('\0', " "),
                                f("Rss"),
                                f("Pss:"),
                                f("Anonymous"),
                                f("Private_Dirty"),
                                f("Private_Clean")
                            );
                        }
                    }
                }
            }
            sb.stop(StopReason::Idle).await;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
        let sock = tmp.path().join(format!("b{i}"));
        let t = Instant::now();
        let mut child = tokio::process::Command::new(&deno.path)
            .env_clear()
            .env("DENO_DIR", tmp.path().join("bdd"))
            .env("DENO_NO_UPDATE_CHECK", "1")
            .args([
                "run",
                "-q",
                "--no-prompt",
                "--no-remote",
                "--cached-only",
                "--no-config",
                "--no-lock",
                "--no-npm",
            ])
            .arg(format!("--allow-net=unix:{}", sock.display()))
            .arg(format!("--allow-read={}", sock.display()))
            .arg(format!("--allow-write={}", sock.display()))
            .arg(&bare)
            .arg(&sock)
            .spawn()
            .unwrap();
        loop {
            if let Ok(mut s) = tokio::net::UnixStream::connect(&sock).await {
                use tokio::io::*;
                s.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
                    .await
                    .unwrap();
                let mut x = [0; 10];
                s.read(&mut x).await.unwrap();
                break;
            }
            tokio::time::sleep(Duration::from_micros(100)).await;
        }
        if i >= 2 {
            b.push(t.elapsed().as_secs_f64() * 1e3);
        }
        child.kill().await.unwrap();
    }
    stats("bare", b);
    stats("cold jailed", c);
    stats("warm jailed", w);
    stats("plain", p);
}
