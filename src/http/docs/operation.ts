import { html } from 'hono/html';
import { constraintsOf, type Field, fieldsOf, typeOf } from './fields.ts';
import {
  answersOf,
  type OpenApiDocument,
  type Parameter,
  parametersOf,
  type Route,
  requestSchemaOf,
  type Schema,
  scopesOf,
} from './openapi-view.ts';
import { type Fragment, prose } from './prose.ts';
import { curlOf, readableJson, sampleOf } from './sample.ts';

/** One route: what it does and takes at the left, what to paste and what comes back at the right. */
export function operationSection(document: OpenApiDocument, route: Route): Fragment {
  const { operation, anchor } = route;
  const parameters = parametersOf(document, operation).map((parameter) =>
    parameterField(document, parameter),
  );
  const body = requestSchemaOf(document, operation);
  const answers = answersOf(document, operation);
  const answer = answers.find(({ schema }) => schema?.properties);
  return html`<section id="${anchor}" class="operation">
<div class="text">
<h2><a href="#${anchor}">${operation.summary ?? route.path}</a></h2>
<p class="route"><span class="method">${route.method}</span> <code>${route.path}</code>${scopeNote(operation)}</p>
${operation.description ? html`<p>${prose(operation.description)}</p>` : ''}
${fieldList('Parameters', parameters, requestNote)}
${body ? fieldList('Body', fieldsOf(document, body), requestNote) : ''}
${answer?.schema ? fieldList('Answer', fieldsOf(document, answer.schema), answerNote) : ''}
${answerList(answers)}
</div>
<div class="examples">
${example('Request', curlOf(document, route))}
${answer?.schema ? example(`Answer, ${answer.status}`, exampleAnswer(document, answer.schema)) : ''}
</div>
</section>`;
}

function scopeNote(operation: Route['operation']): Fragment {
  const scopes = scopesOf(operation);
  if (!scopes) return html`<span class="scope">no key needed</span>`;
  return html`<span class="scope">scope ${scopes.map((scope) => html`<code>${scope}</code>`)}</span>`;
}

const parameterField = (document: OpenApiDocument, parameter: Parameter): Field => ({
  prefix: '',
  name: parameter.name,
  type: `${typeOf(document, parameter.schema)} in ${parameter.place}`,
  required: parameter.required,
  description: parameter.schema.description ?? '',
  constraints: constraintsOf(parameter.schema),
  values: [],
});

/** What stands beside a field's type. In a request the exception is what must be there, in an answer what may lack. */
const requestNote = (field: Field): string => (field.required ? 'required' : '');
const answerNote = (field: Field): string => (field.required ? '' : 'not always there');

const fieldList = (title: string, fields: readonly Field[], noteOf: (field: Field) => string): Fragment =>
  fields.length === 0
    ? html``
    : html`<h3>${title}</h3><ul class="fields">${fields.map((field) => fieldRow(field, noteOf(field)))}</ul>`;

const fieldRow = (field: Field, note: string): Fragment => html`<li>
<p class="field"><code><span class="prefix">${field.prefix}</span>${field.name}</code> <span class="type">${field.type}</span>${
  note === '' ? '' : html` <span class="note">${note}</span>`
}</p>
${field.description ? html`<p>${prose(field.description)}</p>` : ''}
${field.constraints.length > 0 ? html`<p class="constraints">${field.constraints.join(', ')}</p>` : ''}
${field.values.length > 0 ? html`<p class="values">${field.values.map((value) => html`<code>${value}</code> `)}</p>` : ''}
</li>`;

const answerList = (answers: ReturnType<typeof answersOf>): Fragment => html`<h3>Statuses</h3>
<ul class="statuses">${answers.map(
  ({ status, description }) =>
    html`<li><span class="status s${status.slice(0, 1)}">${status}</span> ${prose(description)}</li>`,
)}</ul>`;

const exampleAnswer = (document: OpenApiDocument, schema: Schema): string =>
  readableJson(sampleOf(document, schema));

const example = (title: string, text: string): Fragment =>
  html`<figure><figcaption>${title}</figcaption><pre tabindex="0"><code>${text}</code></pre></figure>`;
