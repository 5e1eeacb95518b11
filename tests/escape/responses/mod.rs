//! Harming visitors and the host by what is answered.

mod control_answers;
mod control_flood;
mod control_frames;
mod encoded_paths;
mod endless_body;
mod endless_heads;
mod forged_identity;
mod headers;
mod headers_from_javascript;
mod host_paths;
mod hostile_listing;
mod hostile_patterns;
mod log_forgery;
mod many_waiting;
mod silence;
mod slow;
mod smuggling;
mod switched_protocols;
mod unread_upload;
