//! A whole scenario at trace level: no issued code, twelve symbols in a row in any spelling, is in any file,
//! log, metric or answer but the one that showed it; a planted one is found.

use hyper::Method;
use postern_testkit::Http;
use postern_testkit::installed::Installed;
use postern_testkit::leaks::{found_in, found_under};
use serde_json::json;

use crate::POSTERN;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_code_is_anywhere_but_in_the_answer_that_showed_it() {
    let installed = Installed::new(POSTERN);
    installed.log("trace");
    let serving = installed.serve();
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    let (mut codes, mut answers) = (Vec::new(), Vec::new());
    for name in ["anna", "bert", "cleo"] {
        let issued = installed.issue(&mut http, name, "first").await;
        for (n, code) in issued[..4].iter().enumerate() {
            let body = installed.redemption(name, code);
            let typed =
                [code.to_lowercase(), code.replace('-', " "), code[5..].to_owned(), format!("{code}X")];
            let mut odd = body.clone();
            odd["code"] = typed[n].clone().into();
            answers.push(http.post("/v1/redemptions", &odd, &format!("{name}-{n}-odd")).await.bytes);
            answers.push(http.post("/v1/redemptions", &body, &format!("{name}-{n}")).await.bytes);
            answers.push(http.post("/v1/redemptions", &body, &format!("{name}-{n}")).await.bytes);
        }
        let slip = issued[5].replacen(|symbol: char| symbol.is_ascii_digit(), "Z", 1);
        let wrong = installed.redemption(name, &slip);
        answers.push(http.post("/v1/redemptions", &wrong, &format!("{name}-slip")).await.bytes);
        let two = format!("{} {}", issued[5], issued[6]);
        answers.push(
            http.post("/v1/redemptions", &installed.redemption(name, &two), &format!("{name}-two"))
                .await
                .bytes,
        );
        // A code where none belongs: in a path, in a query, in a member that is not known, in broken JSON.
        answers.push(http.get(&format!("/v1/events?after={}", issued[7])).await.bytes);
        answers.push(http.get(&format!("/v1/subjects/{}", issued[7])).await.bytes);
        let unknown = json!({ "subject": { "external_id": name }, issued[7].clone(): issued[8] });
        answers.push(http.post("/v1/redemptions", &unknown, &format!("{name}-unknown")).await.bytes);
        codes.extend(issued);
    }
    for path in ["/v1/events?limit=500", "/v1/log/checkpoint", "/.well-known/jwks.json", "/openapi.json"] {
        answers.push(http.get(path).await.bytes);
    }
    let mut admin = Http::connect(&serving.admin, "none").await;
    for path in ["/metrics", "/readyz"] {
        answers.push(admin.send(Method::GET, path, None, "").await.bytes);
    }
    let report = installed.command(&["audit", "verify", "--replay", "--json"], "");
    assert_eq!(report.status.code(), Some(0), "{}", String::from_utf8_lossy(&report.stdout));
    answers.extend([report.stdout, report.stderr]);
    let key = installed.key.clone();
    serving.stop();
    assert!(std::fs::metadata(installed.home().join("log")).unwrap().len() > 10_000, "the log says nothing");

    for (n, answer) in answers.iter().enumerate() {
        assert!(found_in(answer, &codes).is_empty(), "answer {n} holds a code");
    }
    assert_eq!(found_under(installed.folder.path(), &codes), [], "a code was written");
    for entry in walk(installed.folder.path()) {
        let bytes = std::fs::read(&entry).unwrap();
        let secret = &key.as_bytes()[key.len() - 40..];
        assert!(
            !bytes.windows(40).any(|window| window == secret),
            "an application key is in {}",
            entry.display()
        );
    }

    std::fs::write(installed.data().join("planted"), codes[3].to_lowercase().replace('-', " ")).unwrap();
    assert_eq!(found_under(installed.folder.path(), &codes).len(), 1, "a planted code was not found");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                walk(&path)
            } else if path.is_file() {
                vec![path]
            } else {
                Vec::new()
            }
        })
        .collect()
}
