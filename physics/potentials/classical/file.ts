/**
 * Files of classical potentials: setfl as published, and Lennard-Jones as
 *
 *     curie-lennard-jones 1\n   magic and version
 *     {"elements":…}\n          one line of JSON: elements, pairs, shifted
 */
import type { ClassicalPotential } from './force-field.ts';
import type { LennardJones } from './lennard-jones.ts';
import { PotentialFileError, parseSetfl } from './setfl.ts';

const MAGIC = 'curie-lennard-jones ';
const VERSION = 1;

/** The same potential gives the same bytes. */
export function encodeLennardJones({ elements, pairs, shifted }: LennardJones): string {
  const plain = pairs.map((row) =>
    row.map(({ epsilon, sigma, cutoff }) => ({ epsilon, sigma, cutoff })),
  );
  return `${MAGIC}${VERSION}\n${JSON.stringify({ elements, pairs: plain, shifted })}\n`;
}

/**
 * Reads a potential's file; `file` names it in messages.
 *
 * @throws PotentialFileError naming file and line
 */
export function decodeClassical(text: string, file: string): ClassicalPotential {
  if (!text.startsWith(MAGIC)) return parseSetfl(text, file);
  const [first, second] = text.split('\n');
  if (first !== `${MAGIC}${VERSION}`)
    throw new PotentialFileError(
      file,
      1,
      `"${first}" is of another version; this curie reads version ${VERSION}`,
    );
  try {
    const { elements, pairs, shifted }: LennardJones = JSON.parse(second!);
    return { kind: 'lennard-jones', elements, pairs, shifted };
  } catch {
    throw new PotentialFileError(file, 2, 'the potential cannot be read: the file is damaged');
  }
}
