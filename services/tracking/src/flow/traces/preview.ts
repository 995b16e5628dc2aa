const longestPreview = 1000;

type Json = Readonly<Record<string, unknown>>;

/** The beginning of an input or output; of a conversation, of its last message of the role. */
export function previewOf(json: string | undefined, role: 'user' | 'assistant'): string | undefined {
  if (json === undefined) return undefined;
  const content = lastMessage(json, role) ?? json;
  return content.length <= longestPreview ? content : `${content.slice(0, longestPreview - 3)}...`;
}

function lastMessage(json: string, role: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  const messages = messagesIn(value).filter(isObject);
  const message = messages.findLast((one) => one['role'] === role) ?? messages.at(-1);
  const content = message?.['content'];
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  // Parts of text and of images: the text is what a preview can show.
  return content
    .filter(isObject)
    .map((part) => part['text'])
    .find((text): text is string => typeof text === 'string');
}

/** Where the usual chat interfaces keep their messages. */
function messagesIn(value: unknown): readonly unknown[] {
  if (!isObject(value)) return [];
  for (const name of ['messages', 'input', 'output']) {
    const list = value[name];
    if (Array.isArray(list)) return list as unknown[];
  }
  const choices = value['choices'];
  if (Array.isArray(choices)) return choices.filter(isObject).map((choice) => choice['message']);
  return [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
