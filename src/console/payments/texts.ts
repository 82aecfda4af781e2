/** The words of the list of payments, and of attempts without an answer. */
import type { Words } from "../words.ts"

export const LIST = {
  title: { es: "Pagos", pt: "Pagamentos", en: "Payments" },
  search: { es: "Buscar", pt: "Buscar", en: "Search" },
  searchHint: {
    es: "Un id, un valor, quien paga, o parte de la referencia",
    pt: "Um id, um valor, quem paga, ou parte da referência",
    en: "Any id, an amount, a payer, or part of the reference",
  },
  state: { es: "Estado", pt: "Estado", en: "State" },
  dialect: { es: "API", pt: "API", en: "API" },
  method: { es: "Método", pt: "Método", en: "Method" },
  rail: { es: "Vía", pt: "Via", en: "Rail" },
  asset: { es: "Moneda", pt: "Moeda", en: "Currency" },
  min: { es: "Desde el valor", pt: "A partir do valor", en: "Amount from" },
  max: { es: "Hasta el valor", pt: "Até o valor", en: "Amount to" },
  from: { es: "Desde el día", pt: "A partir do dia", en: "From day" },
  to: { es: "Hasta el día", pt: "Até o dia", en: "To day" },
  any: { es: "Todos", pt: "Todos", en: "Any" },
  more: { es: "Más filtros", pt: "Mais filtros", en: "More filters" },
  apply: { es: "Filtrar", pt: "Filtrar", en: "Filter" },
  clear: { es: "Quitar filtros", pt: "Limpar filtros", en: "Clear filters" },
  export: { es: "Exportar CSV", pt: "Exportar CSV", en: "Export CSV" },
  unanswered: { es: "Sin respuesta", pt: "Sem resposta", en: "Without an answer" },
  amount: { es: "Valor", pt: "Valor", en: "Amount" },
  reference: { es: "Referencia", pt: "Referência", en: "Reference" },
  description: { es: "Descripción", pt: "Descrição", en: "Description" },
  merchant: { es: "Comercio", pt: "Comerciante", en: "Merchant" },
  created: { es: "Creado", pt: "Criado", en: "Created" },
  refundedPart: { es: "Reembolso parcial", pt: "Reembolso parcial", en: "Partly refunded" },
  refundedAll: { es: "Reembolsado", pt: "Reembolsado", en: "Refunded" },
  noReference: { es: "sin referencia", pt: "sem referência", en: "no reference" },
  nothing: { es: "Aún no hay pagos", pt: "Ainda não há pagamentos", en: "No payments yet" },
  nothingText: {
    es: "Aparecerán aquí en cuanto el comercio cree el primero por cualquiera de sus API.",
    pt: "Aparecerão aqui assim que o comerciante criar o primeiro por qualquer uma das API.",
    en: "They appear here as soon as the merchant creates the first by any of its APIs.",
  },
  noneFits: {
    es: "Ningún pago coincide",
    pt: "Nenhum pagamento corresponde",
    en: "No payment matches",
  },
  noneFitsText: {
    es: "Quite algún filtro o busque otra parte de la referencia.",
    pt: "Retire algum filtro ou busque outra parte da referência.",
    en: "Take a filter away, or look for another part of the reference.",
  },
  noneHere: {
    es: "Nada coincide desde el {day}",
    pt: "Nada corresponde desde {day}",
    en: "Nothing matches since {day}",
  },
  older: {
    es: "Se buscó hasta el {day}; más atrás puede haber otros.",
    pt: "Buscou-se até {day}; antes disso pode haver outros.",
    en: "Looked back to {day}; there may be others before.",
  },
  goOn: { es: "Seguir buscando", pt: "Continuar buscando", en: "Look further back" },
  fix: {
    es: "Corrija los filtros marcados: así no se busca nada.",
    pt: "Corrija os filtros marcados: assim nada é buscado.",
    en: "Mend the marked filters: nothing is looked for like this.",
  },
  zone: {
    es: "Días y horas de {zone}",
    pt: "Dias e horas de {zone}",
    en: "Days and times of {zone}",
  },
  ofCustomer: {
    es: "Solo los de un cliente",
    pt: "Só os de um cliente",
    en: "Of one customer only",
  },
  cut: {
    es: "El archivo termina en {most} filas: acote los filtros para el resto.",
    pt: "O arquivo termina em {most} linhas: restrinja os filtros para o resto.",
    en: "The file ends at {most} rows: narrow the filters for the rest.",
  },
} as const satisfies Record<string, Words>

export const UNANSWERED = {
  title: {
    es: "Intentos sin respuesta",
    pt: "Tentativas sem resposta",
    en: "Attempts without an answer",
  },
  intro: {
    es: "Salieron hacia un banco u operador y nadie ha dicho qué fue de ellos. Ninguno se repite por su cuenta: podría mover el dinero dos veces.",
    pt: "Saíram para um banco ou operadora e ninguém disse o que foi deles. Nenhuma se repete sozinha: poderia mover o dinheiro duas vezes.",
    en: "They left for a bank or operator, and nobody has said what became of them. None is repeated by itself: it might move the money twice.",
  },
  none: {
    es: "Todo tiene respuesta",
    pt: "Tudo tem resposta",
    en: "Everything has an answer",
  },
  noneText: {
    es: "Ningún banco ni operador debe una respuesta.",
    pt: "Nenhum banco ou operadora deve uma resposta.",
    en: "No bank or operator owes an answer.",
  },
  payment: { es: "Pago", pt: "Pagamento", en: "Payment" },
  begun: { es: "Salió", pt: "Saiu", en: "Left" },
  waits: { es: "Espera", pt: "Espera", en: "Waits for" },
  todo: { es: "Qué hacer", pt: "O que fazer", en: "What to do" },
  bankFile: {
    es: "la respuesta del banco al archivo {file}, con fecha {day}",
    pt: "a resposta do banco ao arquivo {file}, com data {day}",
    en: "the bank's answer to the file {file}, of {day}",
  },
  look: {
    es: "la próxima consulta, {at} (van {looks})",
    pt: "a próxima consulta, {at} (já foram {looks})",
    en: "the next look, {at} ({looks} so far)",
  },
  noLook: {
    es: "un aviso de la vía: ya no se consulta",
    pt: "um aviso da via: já não se consulta",
    en: "a notice of the rail: it isn't looked up any more",
  },
  nothingToDo: {
    es: "Nada por ahora: la respuesta aún puede llegar sola.",
    pt: "Nada por agora: a resposta ainda pode chegar sozinha.",
    en: "Nothing for now: the answer may still come by itself.",
  },
  overdueBank: {
    es: "Vencido. Pida al banco el reporte de ese archivo y entréguelo en la carpeta; la fila se resuelve al leerlo.",
    pt: "Atrasado. Peça ao banco o relatório desse arquivo e coloque-o na pasta; a linha se resolve ao lê-lo.",
    en: "Overdue. Ask the bank for its report of that file and put it into the folder; reading it settles the row.",
  },
  overdue: {
    es: "Vencido. Pregunte al proveedor por el id del intento; cuando él lo sepa, la consulta lo traerá.",
    pt: "Atrasado. Pergunte ao provedor pelo id da tentativa; quando ele souber, a consulta o trará.",
    en: "Overdue. Ask the provider about the attempt's id; once it knows, the next look brings it in.",
  },
  overdueBadge: { es: "Vencido", pt: "Atrasado", en: "Overdue" },
  onTime: { es: "A tiempo", pt: "No prazo", en: "On time" },
  cut: {
    es: "Se muestran los {most} más antiguos.",
    pt: "Mostram-se os {most} mais antigos.",
    en: "The {most} oldest are shown.",
  },
} as const satisfies Record<string, Words>
