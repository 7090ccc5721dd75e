//! The Lambda function; see the library of this crate.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    lambda::serve_invocations(store::Store::without_keys(), sign_in::handle).await
}
