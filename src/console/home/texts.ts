/** What the first page says. */
import type { Words } from "../words.ts"

export const T = {
  title: { es: "Inicio", pt: "Início", en: "Home" },
  today: { es: "Hoy", pt: "Hoje", en: "Today" },
  todayIn: { es: "Hoy, {day} ({zone})", pt: "Hoje, {day} ({zone})", en: "Today, {day} ({zone})" },
  approvedIn: { es: "Aprobado en {asset}", pt: "Aprovado em {asset}", en: "Approved in {asset}" },
  ofCreated: {
    es: "{approved} aprobados, {created} creados",
    pt: "{approved} aprovados, {created} criados",
    en: "{approved} approved, {created} created",
  },
  nothing: {
    es: "Hoy no hay pagos todavía",
    pt: "Hoje ainda não há pagamentos",
    en: "No payments yet today",
  },
  nothingText: {
    es: "Los pagos que se creen aparecen aquí a los pocos segundos.",
    pt: "Os pagamentos criados aparecem aqui em poucos segundos.",
    en: "Payments show up here within seconds of their creation.",
  },
  rate: { es: "Tasa de aprobación", pt: "Taxa de aprovação", en: "Approval rate" },
  rateOf: {
    es: "{approved} de {ended} con respuesta",
    pt: "{approved} de {ended} com resposta",
    en: "{approved} of {ended} that were answered",
  },
  median: { es: "Tiempo hasta aprobar", pt: "Tempo até aprovar", en: "Time to approval" },
  medianBeside: { es: "mediana; p95: {p95}", pt: "mediana; p95: {p95}", en: "median; p95: {p95}" },
  byRail: { es: "Por vía, hoy", pt: "Por via, hoje", en: "By rail, today" },
  rail: { es: "Vía", pt: "Via", en: "Rail" },
  approved: { es: "Aprobados", pt: "Aprovados", en: "Approved" },
  declined: { es: "Rechazados", pt: "Recusados", en: "Declined" },
  created: { es: "Creados", pt: "Criados", en: "Created" },
  noRail: {
    es: "Ninguna vía ha respondido hoy.",
    pt: "Nenhuma via respondeu hoje.",
    en: "No rail has answered today.",
  },
  attention: { es: "Por atender", pt: "A atender", en: "Needs attention" },
  allWell: {
    es: "Nada espera a nadie.",
    pt: "Nada espera por ninguém.",
    en: "Nothing waits for anybody.",
  },
  unknown: {
    es: "{count} intentos sin respuesta, el más antiguo desde {since}",
    pt: "{count} tentativas sem resposta, a mais antiga desde {since}",
    en: "{count} attempts without an answer, the oldest since {since}",
  },
  unknownText: {
    es: "Nadie sabe aún si movieron dinero. No los repita: cada uno dice a quién espera.",
    pt: "Ninguém sabe ainda se movimentaram dinheiro. Não as repita: cada uma diz por quem espera.",
    en: "Nobody knows yet if they moved money. Don't repeat them: each says whom it waits for.",
  },
  failing: {
    es: "{count} direcciones de webhooks fallan, con mensajes desde {since}",
    pt: "{count} endereços de webhooks falham, com mensagens desde {since}",
    en: "{count} webhook addresses fail, with messages since {since}",
  },
  failingText: {
    es: "Los mensajes se repiten solos. Revise qué responde el servidor.",
    pt: "As mensagens se repetem sozinhas. Veja o que o servidor responde.",
    en: "Messages are tried again by themselves. See what the server answers.",
  },
  wrongBooks: {
    es: "Los libros no cuadran: {detail}",
    pt: "Os livros não conferem: {detail}",
    en: "The books are wrong: {detail}",
  },
  wrongBooksText: {
    es: "Ejecute caudal verify en el servidor: nombra la fila y lo que falta.",
    pt: "Execute caudal verify no servidor: ele nomeia a linha e o que falta.",
    en: "Run caudal verify on the server: it names the row and what is missing.",
  },
  open: { es: "Abrir", pt: "Abrir", en: "Open" },
  health: { es: "Salud de este nodo", pt: "Saúde deste nó", en: "Health of this node" },
  part: { es: "Parte", pt: "Parte", en: "Part" },
  state: { es: "Estado", pt: "Estado", en: "State" },
  detail: { es: "Detalle", pt: "Detalhe", en: "Detail" },
  well: { es: "bien", pt: "bem", en: "well" },
  unwell: { es: "mal", pt: "mal", en: "not well" },
  month: { es: "Los últimos 30 días", pt: "Os últimos 30 dias", en: "The last 30 days" },
  monthIn: {
    es: "Aprobado en {asset}, por día",
    pt: "Aprovado em {asset}, por dia",
    en: "Approved in {asset}, by day",
  },
  asTable: {
    es: "Las mismas cifras en una tabla",
    pt: "Os mesmos números em uma tabela",
    en: "The same figures as a table",
  },
  day: { es: "Día", pt: "Dia", en: "Day" },
  amount: { es: "Valor aprobado", pt: "Valor aprovado", en: "Approved amount" },
  noMonth: {
    es: "No hubo pagos en estos 30 días.",
    pt: "Não houve pagamentos nestes 30 dias.",
    en: "There were no payments in these 30 days.",
  },
  behind: {
    es: "Contado hasta {at}: lo posterior se suma en segundo plano.",
    pt: "Contado até {at}: o que veio depois está sendo somado em segundo plano.",
    en: "Counted up to {at}: what came later is being added in the background.",
  },
} as const satisfies Record<string, Words>
