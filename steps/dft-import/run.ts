import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type Cell,
  type Inputs,
  type Outcome,
  StepError,
  type TaskContext,
} from '../../engine/step.ts';
import { FrameFileError } from '../../physics/dft/extxyz.ts';
import { determinant, labelCost, readFrames, writeFrames } from '../../physics/dft/frames.ts';
import { splitFrames } from '../../physics/dft/split.ts';
import type { Frame } from '../../physics/structure/frame.ts';
import type { dftImport } from './interface.ts';

const parts = ['train', 'validation', 'test'] as const;

export async function run(inputs: Inputs<typeof dftImport>, task: TaskContext): Promise<Outcome> {
  const frames: Frame[] = [];
  let coreHours = 0;
  for (const file of inputs.files) {
    const text = readFileSync(file.path, 'utf8');
    const name = basename(file.path);
    try {
      frames.push(...readFrames(text, name, inputs.spin));
      coreHours += labelCost(text, name) / 3600;
    } catch (error) {
      if (error instanceof FrameFileError) throw new StepError(error.message);
      throw error;
    }
  }
  refuseTwins(frames);
  const split =
    inputs.split === 'none'
      ? null
      : splitFrames(frames, {
          test: inputs.test,
          validation: inputs.validation,
          seed: inputs.split_seed,
        });
  const outputs: Record<string, { file: string }> = { frames: save(task, 'frames', frames) };
  for (const part of split === null ? [] : parts) {
    if (split![part].length === 0) {
      throw new StepError(
        `the ${part} part of ${frames.length} frames is empty; raise its share, choose another split_seed, or say split: none`,
      );
    }
    outputs[part] = save(task, part, split![part]);
  }
  const groups = [...new Set(frames.map((frame) => frame.group))].sort();
  const count = (list: readonly Frame[], group: string) =>
    list.filter((frame) => frame.group === group).length;
  const summary = {
    frames: frames.length,
    atoms: frames.reduce((sum, frame) => sum + frame.species.length, 0),
    parts:
      split === null ? {} : Object.fromEntries(parts.map((part) => [part, split[part].length])),
    groups: Object.fromEntries(groups.map((group) => [group, count(frames, group)])),
    core_hours: Math.round(coreHours * 1000) / 1000,
  };
  const rows: Cell[][] = groups.map((group) => [
    group,
    ...(split === null ? [] : parts.map((part) => ({ value: count(split[part], group) }))),
    { value: count(frames, group) },
    volumeRange(frames.filter((frame) => frame.group === group)),
  ]);
  return {
    kind: 'done',
    outputs: { ...outputs, summary },
    figures: [
      {
        kind: 'table',
        id: 'frames',
        title: 'Frames by kind',
        caption: `${frames.length} frames, ${summary.atoms} atoms, ${summary.core_hours} core hours of DFT.`,
        columns: [
          { label: 'kind' },
          ...(split === null ? [] : parts.map((label) => ({ label }))),
          { label: 'all' },
          { label: 'volume per atom', unit: 'Å³' },
        ],
        rows,
      },
    ],
  };
}

function save(task: TaskContext, name: string, frames: readonly Frame[]): { file: string } {
  const file = `${name}.extxyz`;
  writeFileSync(join(task.folder, file), writeFrames(frames));
  return { file };
}

/** The same geometry twice at one level of theory would weigh double, or leak if its id differs. */
function refuseTwins(frames: readonly Frame[]): void {
  const seen = new Set<string>();
  for (const frame of frames) {
    const key = `${frame.spin} ${frame.id}`;
    if (seen.has(key)) {
      throw new StepError(
        `frame_id ${frame.id} (spin=${frame.spin}) occurs twice; ids must be unique at one level of theory`,
      );
    }
    seen.add(key);
  }
}

function volumeRange(frames: readonly Frame[]): string {
  const volumes = frames.map((frame) => Math.abs(determinant(frame.cell)) / frame.species.length);
  return `${Math.min(...volumes).toFixed(1)}–${Math.max(...volumes).toFixed(1)}`;
}
