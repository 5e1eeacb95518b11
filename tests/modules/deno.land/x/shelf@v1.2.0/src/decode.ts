export function decode(bytes: Uint8Array): unknown { return JSON.parse(new TextDecoder().decode(bytes)); }
