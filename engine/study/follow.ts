/** `$params`, `$sets` and `$matrix` followed to what they stand for. */
import type { Place } from './bound.ts';
import type { Related } from './diagnostic.ts';
import type { CheckedStudy } from './document.ts';
import { type Node, navigate } from './node.ts';
import { said } from './references.ts';

/** A node at the end of `$params`, `$sets` and `$matrix`, and the places that led there. */
export interface Followed {
  readonly node: Node;
  readonly via: readonly Related[];
  /** Whether it depends on the element. */
  readonly varies: boolean;
}

/** What `from` stands for; undefined if a name on the way is unknown, which has been reported. */
export function follow(from: Node, place: Place, study: CheckedStudy): Followed | undefined {
  let node = from;
  let varies = false;
  const via: Related[] = [];
  // An axis leads to a set at most, a set to a parameter: three turns.
  for (let turn = 0; turn < 4; turn++) {
    if (node.kind !== 'scalar') break;
    const meaning = said(node);
    if (meaning.kind !== 'reference') break;
    const { root, path, span } = meaning.reference;
    const start = startOf(root, path[0], place, study);
    if (start === 'step') break;
    if (start === undefined) return undefined;
    const found = navigate(start, path.slice(1));
    if (!('node' in found)) return undefined;
    if (root === 'matrix') varies = true;
    via.push({ at: span, message: `used here as ${place.subject} of ${place.step.name}` });
    node = found.node;
  }
  return { node, via, varies };
}

/** Where a path begins; `'step'` if its root is no parameter, set or axis. */
function startOf(
  root: string,
  name: string | undefined,
  place: Place,
  study: CheckedStudy,
): Node | 'step' | undefined {
  if (name === undefined) return root === 'params' || root === 'sets' ? undefined : 'step';
  switch (root) {
    case 'params':
      return study.parameters.get(name);
    case 'sets':
      return study.sets.get(name);
    case 'matrix': {
      const axes = place.step.matrix?.axes ?? [];
      const k = axes.findIndex((axis) => axis.name === name);
      return axes[k]?.values[place.positions[k]!];
    }
    default:
      return 'step';
  }
}
