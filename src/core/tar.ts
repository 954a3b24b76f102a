/** The form of a tar archive (POSIX ustar), with nothing in it that differs from one packing to the next. */

const BLOCK = 512;
const SIZE_MAX = 8 ** 11 - 1;
const NAME_MAX = 100;
const PREFIX_MAX = 155;

/** What stands before the bytes of a file. */
export function tarHeader(path: string, size: number, modifiedTs: number): Uint8Array {
  if (size > SIZE_MAX) {
    throw new Error(`${path} has ${size} bytes, an archive holds at most ${SIZE_MAX} a file`);
  }
  const { prefix, name } = divided(path);
  const header = new Uint8Array(BLOCK);
  const put = (text: string, at: number) => header.set(new TextEncoder().encode(text), at);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
  put(name, 0);
  put(octal(0o644, 7), 100);
  put(octal(0, 7), 108); // owner
  put(octal(0, 7), 116); // group
  put(octal(size, 11), 124);
  put(octal(Math.floor(modifiedTs / 1000), 11), 136);
  put(" ".repeat(8), 148); // as the sum counts its own place
  put("0", 156); // a plain file
  put("ustar\0" + "00", 257);
  put(prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(`${octal(sum, 6)}\0 `, 148);
  return header;
}

/** What stands behind the bytes of a file. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array((BLOCK - size % BLOCK) % BLOCK);
}

export const TAR_END: Uint8Array = new Uint8Array(2 * BLOCK);

/** A long path has two places, parted at a slash. */
function divided(path: string): { readonly prefix: string; readonly name: string } {
  if (!/^[\x21-\x7e]+$/.test(path)) throw new Error(`${JSON.stringify(path)} is no path of an archive`);
  if (path.length <= NAME_MAX) return { prefix: "", name: path };
  const slash = path.indexOf("/", path.length - NAME_MAX - 1);
  if (slash === -1 || slash > PREFIX_MAX) {
    throw new Error(`${JSON.stringify(path)} is too long for an archive`);
  }
  return { prefix: path.slice(0, slash), name: path.slice(slash + 1) };
}
