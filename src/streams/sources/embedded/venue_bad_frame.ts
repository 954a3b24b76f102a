/**
 * Frames that a client must survive: none of them is a message of the venue. They come in turn, so that a few
 * show every kind.
 */
const NESTED_DEPTH = 20_000;

const KINDS: readonly ((frame: string) => string | Uint8Array)[] = [
  (frame) => frame.slice(0, frame.length >> 1),
  () => Uint8Array.of(0x00, 0xff, 0xfe, 0x80, 0xc3, 0x28, 0x0a, 0x1b),
  () => "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>",
  () => "[".repeat(NESTED_DEPTH) + "]".repeat(NESTED_DEPTH),
  (frame) => frame.replace(/"(p|b)":"[^"]*"/, '"$1":"not a number"'),
];

/** The frame of this turn, made from the good `frame` that is due. */
export function venueBadFrame(turn: number, frame: string): string | Uint8Array {
  return KINDS[turn % KINDS.length]!(frame);
}
