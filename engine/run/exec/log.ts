/** Output of a program, line by line, into the log of its task. */
import { StringDecoder } from 'node:string_decoder';

/** Lines that are kept as they come; of a longer output the last ones follow at its end. */
const FIRST = 5000;
const LAST = 1000;
/** Characters of a line that are kept. */
const WIDEST = 2000;

export class OutputLog {
  readonly #print: (line: string) => void;
  readonly #scrub: (line: string) => string;
  #count = 0;
  #last: string[] = [];

  /** @param scrub  takes out of a line what no log may show */
  constructor(print: (line: string) => void, scrub: (line: string) => string) {
    this.#print = print;
    this.#scrub = scrub;
  }

  /** A stream of output: `write` its bytes, then `end` it. */
  stream(): { write(bytes: Uint8Array): void; end(): void } {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    let cut = false;
    const take = (text: string): void => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        if (!cut) this.#line(line);
        cut = false;
      }
      // What never ends a line must not fill the memory.
      if (rest.length > 2 * WIDEST) {
        if (!cut) this.#line(rest);
        cut = true;
        rest = '';
      }
    };
    return {
      write: (bytes) => take(decoder.write(Buffer.from(bytes))),
      end: () => {
        take(decoder.end());
        if (rest !== '' && !cut) this.#line(rest);
      },
    };
  }

  /** Says what was held back. */
  close(): void {
    const left = this.#count - FIRST - this.#last.length;
    if (left > 0) this.#print(`… ${left} lines left out …`);
    for (const line of this.#last) this.#print(line);
    this.#last = [];
  }

  #line(raw: string): void {
    const scrubbed = this.#scrub(raw.replace(/\r$/, ''));
    const line = scrubbed.length > WIDEST ? `${scrubbed.slice(0, WIDEST)}…` : scrubbed;
    this.#count += 1;
    if (this.#count <= FIRST) this.#print(line);
    else {
      this.#last.push(line);
      if (this.#last.length > LAST) this.#last.shift();
    }
  }
}
