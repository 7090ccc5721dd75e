//! Users: creation, change, lists.

mod bulk;
mod list;
mod look_up;
mod matches;
mod opening;
mod reassign;
mod session;
mod sign_in;
mod walk;
mod window;
mod write;

pub use list::Page;
pub(crate) use opening::FirstReads;
pub use opening::Opening;
pub use sign_in::SignedIn;
pub(crate) use window::Window;
pub use write::items_of_new_user;
