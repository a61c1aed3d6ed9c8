//! Prints the OpenAPI document of the routes. An example, because xtask itself is to build without the server.
#![expect(clippy::print_stdout, reason = "the document is its output")]

fn main() {
    println!("{}", postern_server::openapi());
}
