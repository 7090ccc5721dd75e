//! Faults between the service and what it calls: what an answer promised is there, and nothing else is.

mod scripts;
mod world;
mod writes;
