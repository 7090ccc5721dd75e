//! The rules of the directory, for users, filters and changes of every kind.

mod changes;
mod model;
mod people;
mod planner;
mod samples;
