import { type CreateNodeOptions, type DocumentOptions, stringify, type ToStringOptions } from 'yaml';
import { withoutHidden } from '../domain/model/hidden-characters.ts';

/**
 * A value as YAML. Hidden characters become escapes in double quotes, which YAML decodes again. People read the text in
 * terminals and editors.
 */
export function yamlText(value: unknown, style: 'any' | 'flow' = 'any'): string {
  const options: DocumentOptions & CreateNodeOptions & ToStringOptions = {
    collectionStyle: style,
    lineWidth: 0,
    // A certificate and its key may be in one file. An anchor and an alias would say so, but few people read them.
    aliasDuplicateObjects: false,
  };
  const text = stringify(value, options);
  if (withoutHidden(text, lineBreakOrNothing) === text) return text;
  const quoted = { ...options, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'QUOTE_DOUBLE' } as const;
  return withoutHidden(stringify(value, quoted), escaped);
}

function lineBreakOrNothing(codePoint: number): string {
  return codePoint === 0x0a ? '\n' : '';
}

function escaped(codePoint: number): string {
  if (codePoint === 0x0a) return '\n';
  return `\\U${codePoint.toString(16).padStart(8, '0')}`;
}
