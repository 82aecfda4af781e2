/** The words of the sandbox's tools. */
import type { Words } from "../words.ts"

export const PLAY = {
  title: { es: "Pruebas", pt: "Testes", en: "Sandbox" },
  lead: {
    es: "Nada de esto mueve dinero: pruebe pagos, resultados y el paso del tiempo.",
    pt: "Nada disto move dinheiro: teste pagamentos, resultados e a passagem do tempo.",
    en: "None of this moves money: try payments, outcomes and the passing of time.",
  },
  make: {
    es: "Crear un pago de prueba",
    pt: "Criar um pagamento de teste",
    en: "Make a test payment",
  },
  makeText: {
    es: "Un clic crea uno y lo abre: allí se simula cualquier resultado.",
    pt: "Um clique cria um e o abre: ali se simula qualquer resultado.",
    en: "A click makes one and opens it: any outcome is simulated there.",
  },
  digits: {
    es: "El número cobrado termina en",
    pt: "O número cobrado termina em",
    en: "The number that is charged ends in",
  },
  digitsHint: {
    es: "Para débitos y recargas; en los demás quien paga elige.",
    pt: "Para débitos e recargas; nos demais quem paga escolhe.",
    en: "For debits and recharges; in the others the payer chooses.",
  },
  made: {
    es: "El pago de prueba se creó.",
    pt: "O pagamento de teste foi criado.",
    en: "The test payment was made.",
  },
  notMade: {
    es: "No se pudo crear: {why}",
    pt: "Não foi possível criar: {why}",
    en: "It could not be made: {why}",
  },
  nothing: {
    es: "no hay nada que vender",
    pt: "não há nada para vender",
    en: "there is nothing to sell",
  },
  pending: {
    es: "El banco aún verifica la cuenta: pruebe de nuevo en un momento.",
    pt: "O banco ainda verifica a conta: tente de novo em um momento.",
    en: "The bank still checks the account: try again in a moment.",
  },
  clock: { es: "El reloj", pt: "O relógio", en: "The clock" },
  clockText: {
    es: "Adelanta la hora de todos los nodos: lo que debía pasar después pasa ahora. No vuelve atrás.",
    pt: "Adianta a hora de todos os nós: o que devia acontecer depois acontece agora. Não volta atrás.",
    en: "Moves the time of all nodes on: what was due later happens now. It never goes back.",
  },
  now: { es: "Hora de la pasarela", pt: "Hora do gateway", en: "The gateway's time" },
  ahead: { es: "Adelantada", pt: "Adiantada", en: "Ahead by" },
  aheadNone: {
    es: "Nada: es la hora real",
    pt: "Nada: é a hora real",
    en: "Nothing: it is the real time",
  },
  seconds: {
    es: "{days} d {hours} h {minutes} min",
    pt: "{days} d {hours} h {minutes} min",
    en: "{days} d {hours} h {minutes} min",
  },
  move: { es: "Adelantar {span}", pt: "Adiantar {span}", en: "Move on {span}" },
  hour: { es: "1 hora", pt: "1 hora", en: "1 hour" },
  day: { es: "1 día", pt: "1 dia", en: "1 day" },
  week: { es: "7 días", pt: "7 dias", en: "7 days" },
  month: { es: "30 días", pt: "30 dias", en: "30 days" },
  moved: {
    es: "El reloj se adelantó.",
    pt: "O relógio foi adiantado.",
    en: "The clock was moved on.",
  },
  sure: {
    es: "¿Adelantar el reloj de toda la pasarela? No se puede deshacer.",
    pt: "Adiantar o relógio de todo o gateway? Não pode ser desfeito.",
    en: "Move the whole gateway's clock on? It can't be undone.",
  },
  magic: { es: "Números mágicos", pt: "Números mágicos", en: "Magic numbers" },
  magicText: {
    es: "Deciden las dos últimas cifras de la cuenta o el número que se cobra o recarga.",
    pt: "Decidem os dois últimos dígitos da conta ou número cobrado ou recarregado.",
    en: "The last two digits of the account or number that is charged or recharged decide.",
  },
  ends: { es: "Termina en", pt: "Termina em", en: "Ends in" },
  outcome: { es: "Qué pasa", pt: "O que acontece", en: "What happens" },
  demo: {
    es: "Credenciales de demostración",
    pt: "Credenciais de demonstração",
    en: "Demo credentials",
  },
  demoText: {
    es: "Las del comercio Demo, en claro: solo existen en un sandbox.",
    pt: "As do comerciante Demo, às claras: só existem em um sandbox.",
    en: "Those of the merchant Demo, in the clear: they exist in a sandbox only.",
  },
  noDemo: { es: "Todavía no hay.", pt: "Ainda não há.", en: "There are none yet." },
  tryIt: { es: "Pruébelo", pt: "Experimente", en: "Try it" },
} as const satisfies Record<string, Words>

/** What each ending does, as docs/sandbox.md tells it in full. */
export const MAGIC: readonly (readonly [digits: string, words: Words])[] = [
  ["01", { es: "Saldo insuficiente", pt: "Saldo insuficiente", en: "Not enough funds" }],
  [
    "02",
    {
      es: "Cuenta o número inválido",
      pt: "Conta ou número inválido",
      en: "Invalid account or number",
    },
  ],
  [
    "03",
    { es: "El titular no coincide", pt: "O titular não confere", en: "The holder doesn't match" },
  ],
  [
    "04",
    {
      es: "Lento: 10 s, luego aprobado",
      pt: "Lento: 10 s, depois aprovado",
      en: "Slow: 10 s, then approved",
    },
  ],
  [
    "05",
    {
      es: "Sin respuesta, después aparece aprobado",
      pt: "Sem resposta, depois aparece aprovado",
      en: "No answer, later found approved",
    },
  ],
  [
    "06",
    {
      es: "Sin respuesta, después aparece rechazado",
      pt: "Sem resposta, depois aparece recusado",
      en: "No answer, later found declined",
    },
  ],
  [
    "07",
    {
      es: "Banco u operador caído",
      pt: "Banco ou operadora fora do ar",
      en: "Bank or operator down",
    },
  ],
  [
    "08",
    {
      es: "Aprobado, luego devuelto",
      pt: "Aprovado, depois devolvido",
      en: "Approved, later returned",
    },
  ],
  [
    "09",
    {
      es: "Espera hasta que se simule",
      pt: "Espera até ser simulado",
      en: "Waits until it is simulated",
    },
  ],
  [
    "00",
    {
      es: "Los demás: aprobado al instante",
      pt: "Os demais: aprovado na hora",
      en: "All others: approved at once",
    },
  ],
]
