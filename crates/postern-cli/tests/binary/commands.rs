//! Commands as people type them: what they do, what they say, how they end.

use std::process::Output;

use postern_testkit::Http;
use postern_testkit::installed::{Installed, output};
use serde_json::{Value, json};

use crate::POSTERN;

fn said(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operators_day() {
    let installed = Installed::new(POSTERN);
    // Without a service the command opens the store itself; with one it goes through the socket.
    let listed = installed.command(&["tenant", "list", "--json"], "");
    assert_eq!(said(&listed)["items"][0]["tenant"], json!(installed.tenant));
    let serving = installed.serve();
    let again = installed.command(&["tenant", "list", "--json"], "");
    assert_eq!(said(&again), said(&listed));
    let second = installed.command(&["serve"], "");
    assert_eq!(second.status.code(), Some(1));
    assert!(complained(&second).contains("in use"), "{}", complained(&second));

    let mut http = Http::connect(&serving.authority, &installed.key).await;
    assert_eq!(http.post("/v1/subjects", &json!({ "external_id": "dora" }), "create").await.status, 201);
    let body = json!({ "subject": { "external_id": "dora" }, "reason": "renew" });
    let assertion = installed.home().join("assertion");
    std::fs::write(&assertion, installed.proven("stage", "dora", &body)["assertion"].as_str().unwrap())
        .unwrap();
    let assertion = assertion.to_str().unwrap();
    // The wrong code first, then nothing: the set is not confirmed.
    let issued =
        installed.client(&serving, &["issue", "dora", "--assertion", assertion, "--json"], "PSTN-1\n");
    assert_eq!(issued.status.code(), Some(1));
    assert!(complained(&issued).contains("was not confirmed"), "{}", complained(&issued));
    // The set, then why it was not confirmed.
    let lines = String::from_utf8(issued.stdout).unwrap();
    let (staged, refused) = lines.trim_end().split_once('\n').unwrap();
    let staged: Value = serde_json::from_str(staged).unwrap();
    assert_eq!(serde_json::from_str::<Value>(refused).unwrap()["error"], "refused");
    assert_eq!(staged["codes"].as_array().unwrap().len(), 10);
    let shown = installed.command(&["subject", "show", "dora", "--tenant", &installed.tenant, "--json"], "");
    assert_eq!(said(&shown)["staged_set"]["set"], staged["set"]);

    let codes = installed.issue(&mut http, "emil", "cli").await;
    let claim = json!({
        "subject": { "external_id": "emil" }, "code": codes[1], "purpose": "second_factor", "txn": "login-0123456789",
    });
    let proof = installed.home().join("factor");
    let proven = installed.proven("redeem", "emil", &claim);
    std::fs::write(&proof, proven["first_factor"]["assertion"].as_str().unwrap()).unwrap();
    let arguments =
        ["redeem", "emil", "--txn", "login-0123456789", "--assertion", proof.to_str().unwrap(), "--json"];
    let redeemed = installed.client(&serving, &arguments, &format!("{}\n", codes[1]));
    assert_eq!(said(&redeemed)["slot"], json!(2));
    let rehearsal = json!({ "subject": { "external_id": "emil" }, "code": codes[2] });
    std::fs::write(&proof, installed.proven("rehearse", "emil", &rehearsal)["assertion"].as_str().unwrap())
        .unwrap();
    let arguments = ["rehearse", "emil", "--assertion", proof.to_str().unwrap(), "--json"];
    let rehearsed = installed.client(&serving, &arguments, &format!("{}\n", codes[2]));
    assert!(said(&rehearsed)["tested_at"].is_string());

    let set =
        said(&installed.command(&["subject", "show", "emil", "--tenant", &installed.tenant, "--json"], ""));
    let set = set["active_set"]["set"].as_str().unwrap().to_owned();
    let revoke = ["revoke", &set, "--reason", "lost", "--tenant", &installed.tenant, "--json"];
    assert_eq!(said(&installed.command(&revoke, ""))["revoked"], json!(true));
    let refused = http.post("/v1/redemptions", &installed.redemption("emil", &codes[3]), "after").await;
    assert_eq!(refused.status, 422);
    assert_eq!(serving.stop(), Some(0));
    let verified = installed.command(&["audit", "verify", "--replay", "--json"], "");
    assert_eq!((verified.status.code(), said(&verified)["verified"].clone()), (Some(0), json!(true)));
}

#[test]
fn errors_say_what_to_do_next() {
    let installed = Installed::new(POSTERN);
    let cases: [(&[&str], i32, &str); 5] = [
        (&["tenant", "create", "x", "--prefix", "ILOU"], 1, "prefix"),
        (&["application", "list", "--tenant", "acme"], 2, "ten_…"),
        (
            &[
                "application",
                "create",
                "x",
                "--tenant",
                "ten_00000000000000000000000000",
                "--scopes",
                "redeem",
            ],
            1,
            "tenant list",
        ),
        (&["application", "create", "x", "--tenant", &installed.tenant, "--scopes", "admin"], 2, "--help"),
        (&["subject", "show", "nobody", "--tenant", &installed.tenant], 1, "no such subject"),
    ];
    for (arguments, code, told) in cases {
        let done = installed.command(arguments, "");
        assert_eq!(done.status.code(), Some(code), "{arguments:?} {}", complained(&done));
        assert!(complained(&done).contains(told), "{arguments:?} said {}", complained(&done));
        assert!(done.stdout.is_empty());
    }
    let elsewhere = output(POSTERN.as_ref(), &["serve", "--config", "no-such-file"], "", &[]);
    assert_eq!(elsewhere.status.code(), Some(2));
    assert!(complained(&elsewhere).contains("postern init"));
    let nobody =
        output(POSTERN.as_ref(), &["redeem", "x", "--url", "http://127.0.0.1:9"], "key\ncode\n", &[]);
    assert!(complained(&nobody).contains("postern serve"), "{}", complained(&nobody));
    std::fs::set_permissions(
        installed.home().join("keys"),
        std::os::unix::fs::PermissionsExt::from_mode(0o644),
    )
    .unwrap();
    let open = installed.command(&["tenant", "list"], "");
    assert!(complained(&open).contains("chmod 600"), "{}", complained(&open));
}

#[test]
fn another_key_file_and_another_name_are_noticed() {
    let (one, other) = (Installed::new(POSTERN), Installed::new(POSTERN));
    std::fs::copy(other.home().join("keys"), one.home().join("keys")).unwrap();
    let foreign = one.command(&["tenant", "list"], "");
    assert_eq!(foreign.status.code(), Some(1));
    assert!(complained(&foreign).contains("does not belong to this data folder"), "{}", complained(&foreign));
    let text = std::fs::read_to_string(other.config()).unwrap();
    std::fs::write(other.config(), text.replace("postern.test", "postern.other")).unwrap();
    assert!(complained(&other.command(&["tenant", "list"], "")).contains("cannot change"));
}

#[test]
fn configuration_reference_completions_and_inspection() {
    let installed = Installed::new(POSTERN);
    assert_eq!(installed.command(&["config", "check", "--json"], "").status.code(), Some(0));
    let reference = output(POSTERN.as_ref(), &["config", "reference"], "", &[]);
    assert!(String::from_utf8_lossy(&reference.stdout).contains("[anchor]"));
    for shell in ["bash", "zsh", "fish"] {
        let script = output(POSTERN.as_ref(), &["completions", shell], "", &[]);
        assert!(String::from_utf8_lossy(&script.stdout).contains("postern"));
    }
    let inspect =
        |word: &str| said(&output(POSTERN.as_ref(), &["code", "inspect", "--prefix", "PSTN"], word, &[]));
    let canonical = "6N6NWS9B8BXYXXTK5NXFY9YZ2";
    assert_eq!(inspect("pstn-6n6nw s9b8b-xyxxt-k5nxf-y9yz2\n")["canonical"], json!(canonical));
    let slip = inspect("6N6NWS9B89XYXXTK5NXFY9YZ2\n");
    assert_eq!(
        slip,
        json!({ "outcome": "correctable", "profile": "standard", "canonical": canonical, "position": 9 })
    );
    assert_eq!(inspect("\n"), json!({ "outcome": "refused", "why": "empty" }));
}
