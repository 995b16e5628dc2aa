import 'reflect-metadata';

export interface ControllerRoute {
  /** As routers write it: `POST /api/v1/things/:id`. */
  readonly route: string;
  readonly isMutating: boolean;
}

/** As Nest's decorators count them. */
const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'ALL', 'OPTIONS', 'HEAD'];
const questions = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Every route of the controllers of a module, read from its decorators: no server is needed. */
export function routesOfModule(module: object): ControllerRoute[] {
  const controllers = Reflect.getMetadata('controllers', module) as (new (...args: never[]) => object)[];
  return controllers.flatMap((controller) => {
    const prefixes = textsOf(Reflect.getMetadata('path', controller));
    const members = Object.getOwnPropertyNames(controller.prototype).map(
      (name) => Object.getOwnPropertyDescriptor(controller.prototype, name)?.value as object | undefined,
    );
    return members.flatMap((handler) => {
      const number = handler && (Reflect.getMetadata('method', handler) as number | undefined);
      if (handler === undefined || number === undefined) return [];
      const method = methods[number] ?? String(number);
      return prefixes.flatMap((prefix) =>
        textsOf(Reflect.getMetadata('path', handler)).map((path) => ({
          route: `${method} ${
            [prefix, path]
              .map(bare)
              .filter(Boolean)
              .map((part) => `/${part}`)
              .join('') || '/'
          }`,
          isMutating: !questions.has(method),
        })),
      );
    });
  });
}

function textsOf(paths: unknown): string[] {
  return (Array.isArray(paths) ? paths : [paths]).map(String);
}

function bare(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}
