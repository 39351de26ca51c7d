/** Random sequences of operations give what a naive model of the cache says. */
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cache, openCache, sha256 } from '../../cache/index.ts';
import { type MemoryDisk, memoryDisk } from './memory-disk.ts';
import { actionNamed, otherLife, perform, restored } from './rig.ts';

const model = suite('the cache as a whole');

/** All that a cache is, without files: who gave what, and which bytes are there. */
class Model {
  readonly results = new Map<string, string>();
  readonly bytes = new Map<string, 'right' | 'wrong'>();

  perform(name: string, text: string): string {
    const before = this.results.get(name);
    this.results.set(name, text);
    this.bytes.set(text, 'right');
    return before === undefined ? 'first' : before === text ? 'same' : 'superseded';
  }

  find(name: string): string {
    const text = this.results.get(name);
    if (text === undefined) return 'first';
    const state = this.bytes.get(text);
    if (state === 'right') return `= ${text}`;
    this.bytes.delete(text);
    return state === undefined ? 'evicted' : 'tampered';
  }
}

type Operation =
  | { readonly kind: 'perform'; readonly name: string; readonly text: string }
  | { readonly kind: 'find' | 'damage record'; readonly name: string }
  | { readonly kind: 'tamper' | 'cut' | 'collect'; readonly text: string }
  | { readonly kind: 'reopen' | 'kill' };

const name = fc.constantFrom('a', 'b', 'c', 'd');
const text = fc.constantFrom('one', 'two', 'three');
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant('perform' as const), name, text }),
  fc.record({ kind: fc.constantFrom('find' as const, 'find', 'damage record'), name }),
  fc.record({ kind: fc.constantFrom('tamper' as const, 'cut', 'collect'), text }),
  fc.record({ kind: fc.constantFrom('reopen' as const, 'kill') }),
);

const alterations = {
  tamper: (bytes: Buffer) => {
    bytes[0]! ^= 1;
    return bytes;
  },
  cut: (bytes: Buffer) => bytes.subarray(1),
};

model('agrees with a naive model on thousands of random histories', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 25 }), async (operations) => {
      const disk = memoryDisk();
      const expected = new Model();
      let cache = openNext(disk);
      for (const step of operations) {
        switch (step.kind) {
          case 'perform':
            assert.is(
              (await perform(cache, step.name, step.text)).kind,
              expected.perform(step.name, step.text),
            );
            break;
          case 'find':
            assert.is(restored(cache, step.name, disk.read), expected.find(step.name));
            break;
          case 'damage record': {
            if (!expected.results.delete(step.name)) break;
            const { key } = actionNamed(step.name);
            disk.tamper(join('/cache/ac', key.slice(0, 2), `${key}.json`), alterations.tamper);
            assert.is(restored(cache, step.name, disk.read), 'tampered');
            break;
          }
          case 'tamper':
          case 'cut':
            // Changed twice the same way, bytes could be right again.
            if (expected.bytes.get(step.text) !== 'right') break;
            disk.tamper(cache.pathOf(sha256(step.text)), alterations[step.kind]);
            expected.bytes.set(step.text, 'wrong');
            break;
          case 'collect':
            if (expected.bytes.delete(step.text)) disk.unlink(cache.pathOf(sha256(step.text)));
            break;
          case 'reopen':
            cache.close();
            cache = openNext(disk);
            break;
          case 'kill':
            cache.lease(actionNamed('a').key);
            cache = openNext(disk);
            break;
        }
      }
      const report = cache.verify();
      assert.is(report.blobs, expected.bytes.size);
      assert.is(report.records, expected.results.size);
      const wrong = [...expected.bytes.values()].filter((state) => state === 'wrong').length;
      assert.is(report.tampered.length, wrong);
      for (const each of ['a', 'b', 'c', 'd'])
        assert.is(restored(cache, each, disk.read), expected.find(each));
    }),
    { numRuns: 2000 },
  );
});

/** Opens the cache as another process would. */
function openNext(disk: MemoryDisk): Cache {
  return openCache('/cache', { disk, life: otherLife() });
}

model.run();
