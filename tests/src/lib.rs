//! The whole service in one process: the functions' handlers behind one router, and an embedded
//! DynamoDB engine under their store.
//!
//! `make run` serves it on localhost; the tests call it without a socket. Nothing of it is deployed.

pub mod access;
pub mod app;
pub mod elsewhere;
pub mod engine;
pub mod events;
pub mod faults;
pub mod folder;
pub mod log;
pub mod prices;
pub mod proxy;
pub mod routes;
pub mod runtime_api;
pub mod secrets;
pub mod seed;
pub mod service;
pub mod terminal;
pub mod tls;
