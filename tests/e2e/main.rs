//! The whole program in a real window, driven as a person would drive it.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod backups;
mod composing;
mod conversation;
mod crash;
mod endpoints;
mod exports;
mod finding;
mod following;
mod harness;
mod hostile;
mod hostile_places;
mod keyboard;
mod lifecycle;
mod lived_in;
mod local_api;
mod looks;
mod manners;
mod messages;
mod model;
mod opened;
mod outside;
mod page;
mod palette;
mod panes;
mod pictures;
mod receipts;
mod retention;
mod scrolling;
mod seals;
mod searching;
mod selecting;
mod side_by_side;
mod start;
mod states;
mod stock;
mod temporary;
mod walls;
