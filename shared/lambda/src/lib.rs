//! The edge of a function: events in, answers out.
//!
//! Knows HTTP and Lambda, and nothing of where data is. A refusal of the directory becomes a
//! status here, in one place, and every request leaves one line in the log.

mod answer;
mod event;
mod refusal;
mod reply;
mod request;
mod serve;
mod telemetry;
mod view;

pub use answer::{answer, record_refusals};
pub use event::{EventParts, event};
pub use reply::Reply;
pub use request::Request;
pub use serve::{serve, serve_invocations, serve_stateless};
pub use telemetry::{LogOutput, init as init_log};
pub use view::View;

/// The path under which SCIM is served, behind the gateway's stage or a custom domain's mapping.
pub const SCIM_PATH: &str = "/scim/v2";
/// How every path for admins begins, but for the console's own.
pub const ADMIN_ROOT: &str = "/admin/";
/// The path under which the admin API is served.
pub(crate) const ADMIN_PATH: &str = "/admin/v1";
/// The path under which the console has its assets; the console itself is the path above it.
pub const CONSOLE_ASSETS_PATH: &str = "/admin/assets";
