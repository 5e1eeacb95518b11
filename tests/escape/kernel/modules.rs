//! Modules of the kernel, and another kernel. Refused.

attempt!(|stage| {
    stage.probe("kernel-modules").all_refused(&[
        "init_module",
        "finit_module",
        "delete_module",
        "kexec_load",
        "kexec_file_load",
    ]);
});
