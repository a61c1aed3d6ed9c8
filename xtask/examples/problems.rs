//! Prints the closed list of problems as JSON. An example, because xtask itself is to build without the server.
#![expect(clippy::print_stdout, reason = "the list is its output")]

fn main() {
    println!("{}", serde_json::json!(postern_server::problems()));
}
