/**
 * GPUs: which there are, and who uses them. A device is divided into slots, each a lease in the
 * cache, so that no two engines on one cache ever give out the same one.
 */
import { execFileSync } from 'node:child_process';
import type { Cache, Lease } from '../../cache/index.ts';

/** Divides a device so that halves, thirds, quarters, fifths, sixths and tenths come out whole. */
const SLOTS = 60;

/**
 * UUIDs of the devices that this process may use.
 *
 * @param wanted  `all`, `none`, or numbers and UUIDs as the user named them
 * @throws Error with words for the user where a named device does not exist
 */
export function findDevices(
  wanted: string,
  environment: { readonly [name: string]: string | undefined },
  list: () => readonly string[] = listDevices,
): string[] {
  if (wanted === 'none') return [];
  const present = list();
  const visible = environment.CUDA_VISIBLE_DEVICES;
  const usable = visible === undefined ? [...present] : chosen(split(visible), present, false);
  return wanted === 'all' ? usable : chosen(split(wanted), usable, true);
}

function split(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function chosen(names: readonly string[], from: readonly string[], strict: boolean): string[] {
  const devices: string[] = [];
  for (const name of names) {
    const device = /^\d+$/.test(name)
      ? from[Number(name)]
      : from.find((uuid) => uuid.startsWith(name));
    if (device === undefined) {
      if (!strict) return devices; // As CUDA does: nothing after the first unknown name counts.
      const known = from.length === 0 ? 'none' : from.map((uuid, k) => `${k} (${uuid})`).join(', ');
      throw new Error(`there is no device ${name}; devices that may be used: ${known}`);
    }
    if (!devices.includes(device)) devices.push(device);
  }
  return devices;
}

/** UUIDs as `nvidia-smi` gives them; none where it is missing or finds none. */
function listDevices(): string[] {
  try {
    const text = execFileSync('nvidia-smi', ['--query-gpu=uuid', '--format=csv,noheader'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 20_000,
    });
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}

export interface Grant {
  readonly device: string;
  release(): void;
}

/** The share of a device, or undefined while none has enough left. */
export function takeShare(
  share: number,
  devices: readonly string[],
  cache: Pick<Cache, 'deviceLease'>,
): Grant | undefined {
  const wanted = Math.ceil(share * SLOTS - 1e-9);
  for (const device of devices) {
    const leases: Lease[] = [];
    for (let slot = 0; slot < SLOTS && leases.length < wanted; slot++) {
      const lease = cache.deviceLease(`${device}.${slot}`);
      if (lease !== undefined) leases.push(lease);
      // What is left cannot be enough.
      if (SLOTS - slot - 1 < wanted - leases.length) break;
    }
    const release = (): void => {
      for (const lease of leases) lease.release();
    };
    if (leases.length === wanted) return { device, release };
    release();
  }
  return undefined;
}
