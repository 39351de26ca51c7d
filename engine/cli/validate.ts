import { openProject, type StudyOptions } from './project.ts';

/** Says that a study is right; what is wrong with it ends `openProject`. */
export function validateCommand(file: string, options: StudyOptions): void {
  const { study } = openProject(file, options);
  const [steps, tasks] = [study.steps.length, study.tasks.length];
  console.log(
    `${file}: ${study.name} is valid; ${steps} ${steps === 1 ? 'step' : 'steps'}, ${tasks} ${tasks === 1 ? 'task' : 'tasks'}`,
  );
}
