//! Users: creation, change, lists.

mod bulk;
mod list;
mod look_up;
mod matches;
mod opening;
mod reassign;
mod session;
mod walk;
mod window;
mod write;

pub use list::Page;
pub(crate) use opening::FirstReads;
pub use opening::Opening;
pub(crate) use window::Window;
