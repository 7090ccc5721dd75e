//! What the service does, seen from its clients.

mod activity;
mod admin_api_keys;
mod authorization;
mod bad_input;
mod binaries;
mod concurrency;
mod contention;
mod create_user;
mod cursors;
mod delete_user;
mod discovery;
mod get_user;
mod import;
mod isolation;
mod list_users;
mod local;
mod patch_user;
mod people;
mod properties;
mod replace_user;
mod round_trips;
mod search_users;
mod structure;
mod transcripts;
mod unsupported;
