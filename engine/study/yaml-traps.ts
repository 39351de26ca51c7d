/**
 * Plain scalars that readers of YAML disagree about, or that are not what they look like. Where
 * one stands for a number, text or a value of any kind, it is refused with what to write instead.
 */
import { plainValue, type Scalar } from './node.ts';

/** How a scalar may be misread, continuing `temperature …`; undefined if it cannot be. */
export function misread({ text, plain }: Scalar): string | undefined {
  if (!plain) return undefined;
  const quote = `quote it: '${text}'`;
  if (/^[-+]?0\d/.test(text) && !/[^\d.eE+-]/.test(text))
    return `begins with 0, which makes a number octal for some readers of YAML; write ${text.replace(/^([-+]?)0+(?=\d)/, '$1')}, or ${quote}`;
  if (/^(yes|no|on|off)$/i.test(text)) return `is read as true or false by older YAML; ${quote}`;
  if (/^\d{4}-\d{1,2}-\d{1,2}([Tt ].*)?$/.test(text))
    return `is read as a date by older YAML; ${quote}`;
  if (/^[-+]?\d+(:[0-5]?\d)+(\.\d*)?$/.test(text))
    return `is read as a number in base 60 by older YAML; ${quote}`;
  if (/^[-+]?\d[\d_]*_[\d_]*$/.test(text))
    return `is a number for older YAML and text for newer; write ${text.replaceAll('_', '')}, or ${quote}`;
  return undefined;
}

/** The same where text is wanted: numbers, truth and nothing must be in quotes to be text. */
export function misreadAsText(scalar: Scalar): string | undefined {
  const value = plainValue(scalar);
  const quote = `quote it: '${scalar.text}'`;
  const otherwise = misread(scalar);
  if (otherwise !== undefined) return otherwise;
  if (typeof value === 'number' && String(value) !== scalar.text)
    return `is read by YAML as the number ${value}; ${quote}`;
  return typeof value === 'boolean' || value === null
    ? `is read by YAML as ${value}; ${quote}`
    : undefined;
}
