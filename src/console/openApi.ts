/** The OpenAPI document of the API, made from its declarations. */

import { z } from 'zod';
import { faultAnswer } from './contract.ts';
import { endpoints } from './endpoints.ts';

const schemaOf = (schema: z.ZodType) => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema);
  return rest;
};
const json = (schema: z.ZodType) => ({ 'application/json': { schema: schemaOf(schema) } });

export function openApiDocument(version: string): object {
  const faults = Object.fromEntries(
    [
      ['400', 'A parameter is not understood.'],
      ['404', 'There is no such thing.'],
      ['503', 'The store cannot be reached, or too much is asked at once.'],
    ].map(([code, description]) => [code, { description, content: json(faultAnswer) }]),
  );
  const paths = endpoints.map(({ path, summary, parameters, answer }) => {
    const inPath = new Set([...path.matchAll(/:(\w+)/g)].map(([, name]) => name));
    const described = Object.entries(parameters.shape).map(([name, schema]) => {
      const { description = '', ...rest } = schemaOf(schema as z.ZodType) as { description?: string };
      const required = inPath.has(name) || !(schema as z.ZodType).safeParse(undefined).success;
      return { name, in: inPath.has(name) ? 'path' : 'query', required, description, schema: rest };
    });
    const responses = { '200': { description: summary, content: json(answer) }, ...faults };
    return [path.replace(/:(\w+)/g, '{$1}'), { get: { summary, parameters: described, responses } }];
  });
  return {
    openapi: '3.1.0',
    info: { title: 'Yoban', version, description: 'What the box knows. Reads only; instants are UTC; rows come a page at a time.' },
    servers: [{ url: '/api/v1' }],
    paths: Object.fromEntries(paths),
  };
}
