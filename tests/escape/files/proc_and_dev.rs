//! /proc and /dev from JavaScript: environment, memory, descriptors, devices. Refused.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        environ: () => Deno.readTextFile("/proc/self/environ"),
        environ1: () => Deno.readTextFile("/proc/1/environ"),
        hosts: () => Deno.readTextFile(`/proc/${T.hostPid}/environ`),
        memory: () => Deno.readFile("/proc/self/mem"),
        maps: () => Deno.readTextFile("/proc/self/maps"),
        root: () => Deno.readTextFile("/proc/self/root/etc/passwd"),
        descriptors: async () => (await Array.fromAsync(Deno.readDir("/proc/self/fd"))).length,
        cmdline: () => Deno.readTextFile("/proc/self/cmdline"),
        nullDevice: () => Deno.writeTextFile("/dev/null", "x"),
        disk: () => Deno.readFile("/dev/vda"),
        terminal: () => Deno.readTextFile("/dev/tty"),
        stdin: () => Deno.readTextFile("/dev/fd/0"),
        "#,
    );
    outcome.all_refused(&[
        "environ",
        "environ1",
        "hosts",
        "memory",
        "maps",
        "root",
        "descriptors",
        "cmdline",
        "nullDevice",
        "disk",
        "terminal",
        "stdin",
    ]);
});
