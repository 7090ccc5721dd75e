//! The Lambda function; see the library of this crate.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    lambda::serve_stateless(console::handle).await
}
