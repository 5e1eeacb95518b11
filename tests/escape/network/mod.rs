//! Reaching out, and reaching in.

mod abstract_sockets;
mod clients;
mod connections_by_system_call;
mod egress_by_system_call;
mod egress_private_addresses;
mod egress_rebinding;
mod egress_redirect;
mod egress_unapproved;
mod families;
mod listeners;
mod loopback_names;
mod names;
mod own_sockets;
mod passed_descriptors;
mod unix_sockets;
mod unix_sockets_by_system_call;
