//! Taking all there is of something.

mod cpu;
mod cpu_from_javascript;
mod deep_directories;
mod descriptors;
mod disk;
mod disk_from_javascript;
mod filling_while_installed;
mod forks;
mod hanging_start;
mod kernel_memory;
mod log;
mod memory_array_buffers;
mod memory_by_system_call;
mod memory_heap;
mod memory_wasm;
mod open_files;
mod reserved_disk;
mod small_files;
mod sockets_dir;
mod sparse_file;
mod storage;
mod threads;
mod tmp;
mod workers;
mod zombies;
