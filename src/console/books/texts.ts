/** The words of balances, statements, days and top-ups. */
import type { Figure } from "../../core/index.ts"
import type { Words } from "../words.ts"

export const TEXTS = {
  title: { es: "Libros", pt: "Livros", en: "Books" },
  balances: { es: "Saldos", pt: "Saldos", en: "Balances" },
  asset: { es: "Moneda", pt: "Moeda", en: "Currency" },
  merchant: { es: "Comercio", pt: "Comerciante", en: "Merchant" },
  own: { es: "billetera propia", pt: "carteira própria", en: "own wallet" },
  ownHint: {
    es: "Lo de la billetera propia está en la cadena, en direcciones del comercio: la pasarela no lo puede mover.",
    pt: "O da carteira própria está na cadeia, em endereços do comerciante: o gateway não pode movê-lo.",
    en: "What is in one's own wallet lies on the chain, at the merchant's addresses: the gateway can't move it.",
  },
  unappliedHint: {
    es: "Sin aplicar: dinero que llegó y que ningún pago pide. La página de cada pago dice qué hacer.",
    pt: "Não aplicado: dinheiro que chegou e que nenhum pagamento pede. A página de cada pagamento diz o que fazer.",
    en: "Unapplied: money that came and that no payment asks for. Each payment's page says what to do.",
  },
  nothing: { es: "Aún no hay dinero", pt: "Ainda não há dinheiro", en: "No money yet" },
  nothingText: {
    es: "Los saldos aparecen con el primer pago aprobado, o con la primera recarga de saldo.",
    pt: "Os saldos aparecem com o primeiro pagamento aprovado, ou com a primeira recarga de saldo.",
    en: "Balances appear with the first approved payment, or the first top-up.",
  },
  statement: { es: "Extracto", pt: "Extrato", en: "Statement" },
  statementOf: { es: "Extracto en {asset}", pt: "Extrato em {asset}", en: "Statement in {asset}" },
  day: { es: "Día", pt: "Dia", en: "Day" },
  daily: { es: "Reporte diario", pt: "Relatório diário", en: "Daily report" },
  topUp: { es: "Recargar saldo", pt: "Recarregar saldo", en: "Top up" },
  choose: {
    es: "Elija un comercio",
    pt: "Escolha um comerciante",
    en: "Choose a merchant",
  },
  chooseText: {
    es: "Esta página es de un comercio: elíjalo arriba.",
    pt: "Esta página é de um comerciante: escolha-o acima.",
    en: "This page is one merchant's: choose it above.",
  },
  cutMerchants: {
    es: "Se muestran los primeros {most} comercios; elija uno arriba para ver los demás.",
    pt: "Mostram-se os primeiros {most} comerciantes; escolha um acima para ver os demais.",
    en: "The first {most} merchants are shown; choose one above to see the others.",
  },
  from: { es: "Desde el día", pt: "A partir do dia", en: "From day" },
  to: { es: "Hasta el día", pt: "Até o dia", en: "To day" },
  show: { es: "Ver", pt: "Ver", en: "Show" },
  export: { es: "Exportar CSV", pt: "Exportar CSV", en: "Export CSV" },
  at: { es: "Cuándo", pt: "Quando", en: "When" },
  what: { es: "Qué", pt: "O quê", en: "What" },
  reference: { es: "Referencia", pt: "Referência", en: "Reference" },
  amount: { es: "Valor", pt: "Valor", en: "Amount" },
  held: { es: "Retenido", pt: "Retido", en: "Held" },
  balance: { es: "Saldo", pt: "Saldo", en: "Balance" },
  opening: { es: "Saldo inicial", pt: "Saldo inicial", en: "Opening balance" },
  closing: { es: "Saldo final", pt: "Saldo final", en: "Closing balance" },
  movements: { es: "Movimientos", pt: "Movimentos", en: "Movements" },
  noMovements: {
    es: "No hubo movimientos en esos días",
    pt: "Não houve movimentos nesses dias",
    en: "Nothing moved in those days",
  },
  agrees: {
    es: "Los movimientos llevan a lo que tienen las cuentas.",
    pt: "Os movimentos levam ao que as contas têm.",
    en: "The movements lead to what the accounts hold.",
  },
  disagrees: {
    es: "Los movimientos no llevan a lo que tienen las cuentas. Avise a quien opera la pasarela.",
    pt: "Os movimentos não levam ao que as contas têm. Avise quem opera o gateway.",
    en: "The movements don't lead to what the accounts hold. Tell whoever runs the gateway.",
  },
  badDay: {
    es: "Escriba un día como 2026-11-22.",
    pt: "Escreva um dia como 2026-11-22.",
    en: "Write a day such as 2026-11-22.",
  },
  badOrder: {
    es: "Es antes del comienzo.",
    pt: "É antes do começo.",
    en: "It comes before the beginning.",
  },
  badAsset: {
    es: "No hay saldo en esa moneda.",
    pt: "Não há saldo nessa moeda.",
    en: "There is no balance in that currency.",
  },
  future: {
    es: "Ese día aún no comienza.",
    pt: "Esse dia ainda não começou.",
    en: "That day hasn't begun.",
  },
  zone: {
    es: "Días y horas de {zone}",
    pt: "Dias e horas de {zone}",
    en: "Days and times of {zone}",
  },
  cut: {
    es: "El archivo termina en {most} filas: acote los días para el resto.",
    pt: "O arquivo termina em {most} linhas: restrinja os dias para o resto.",
    en: "The file ends at {most} rows: narrow the days for the rest.",
  },
  notOver: {
    es: "El día no ha terminado: puede haber más.",
    pt: "O dia não terminou: pode haver mais.",
    en: "The day isn't over: more may follow.",
  },
  dropped: {
    es: "Lo que se contó de ese día ya se borró por antiguo: quedan los libros.",
    pt: "O que se contou desse dia já foi apagado pela idade: restam os livros.",
    en: "What was told of that day was dropped for its age: the books remain.",
  },
  emptyDay: {
    es: "Nada contó ese día",
    pt: "Nada contou nesse dia",
    en: "Nothing counted that day",
  },
  figures: {
    es: "Lo que dicen los pagos",
    pt: "O que dizem os pagamentos",
    en: "What payments say",
  },
  ledger: { es: "Lo que dicen los libros", pt: "O que dizem os livros", en: "What the books say" },
  rail: { es: "Vía", pt: "Via", en: "Rail" },
  count: { es: "Cuántos", pt: "Quantos", en: "Count" },
  account: { es: "Cuenta", pt: "Conta", en: "Account" },
  change: { es: "Cambio", pt: "Mudança", en: "Change" },
  dayAgrees: {
    es: "Pagos y libros dicen lo mismo.",
    pt: "Pagamentos e livros dizem o mesmo.",
    en: "Payments and books say the same.",
  },
  dayDisagrees: {
    es: "Pagos y libros no dicen lo mismo: {what} en {asset}, {rows} según los pagos y {booked} según los libros.",
    pt: "Pagamentos e livros não dizem o mesmo: {what} em {asset}, {rows} segundo os pagamentos e {booked} segundo os livros.",
    en: "Payments and books differ: {what} in {asset}, {rows} by the payments and {booked} by the books.",
  },
  before: { es: "Día anterior", pt: "Dia anterior", en: "Day before" },
  after: { es: "Día siguiente", pt: "Dia seguinte", en: "Day after" },
  paymentsOfDay: {
    es: "Pagos creados ese día",
    pt: "Pagamentos criados nesse dia",
    en: "Payments created that day",
  },
  gained: { es: "Total", pt: "Total", en: "Total" },
} as const satisfies Record<string, Words>

export const TOP_UP = {
  intro: {
    es: "Registra dinero que ya llegó a la cuenta de la pasarela. Lo que el comercio debe se paga primero.",
    pt: "Registra dinheiro que já chegou à conta do gateway. O que o comerciante deve é pago primeiro.",
    en: "Books money that has come into the gateway's account. What the merchant owes is paid of it first.",
  },
  amount: { es: "Valor", pt: "Valor", en: "Amount" },
  reference: { es: "Referencia", pt: "Referência", en: "Reference" },
  referenceHint: {
    es: "La del banco para este abono. Repetirla no registra el dinero dos veces; las mayúsculas cuentan.",
    pt: "A do banco para este depósito. Repeti-la não registra o dinheiro duas vezes; as maiúsculas contam.",
    en: "The bank's own for this deposit. Repeating it books nothing twice; capitals count.",
  },
  submit: { es: "Registrar", pt: "Registrar", en: "Book it" },
  badAmount: {
    es: "Escriba un valor como 12.500 o 12.500,50, mayor que cero y de {most} a lo sumo.",
    pt: "Escreva um valor como 12.500 ou 12.500,50, maior que zero e de no máximo {most}.",
    en: "Write an amount such as 12,500 or 12,500.50, above zero and at most {most}.",
  },
  badAsset: { es: "Elija una moneda.", pt: "Escolha uma moeda.", en: "Choose a currency." },
  badReference: {
    es: "Escriba la referencia: de 1 a {most} caracteres visibles, sin espacios al comienzo ni al final.",
    pt: "Escreva a referência: de 1 a {most} caracteres visíveis, sem espaços nas pontas.",
    en: "Write the reference: 1 to {most} visible characters, without blanks at its ends.",
  },
  done: {
    es: "Registrados {amount}. Disponible: {balance}.",
    pt: "Registrados {amount}. Disponível: {balance}.",
    en: "Booked {amount}. Available: {balance}.",
  },
  repeated: {
    es: "Esa referencia ya estaba registrada: no cambió nada. Disponible: {balance}.",
    pt: "Essa referência já estava registrada: nada mudou. Disponível: {balance}.",
    en: "That reference was booked before: nothing changed. Available: {balance}.",
  },
} as const satisfies Record<string, Words>

export const FIGURE_WORDS: Readonly<Record<Figure, Words>> = {
  asked: { es: "Pedidos", pt: "Pedidos", en: "Asked for" },
  approved: { es: "Aprobados", pt: "Aprovados", en: "Approved" },
  unapplied: { es: "Sin aplicar", pt: "Não aplicados", en: "Unapplied" },
  settled: { es: "Abonados", pt: "Liquidados", en: "Settled" },
  returned: { es: "Devueltos por el banco", pt: "Devolvidos pelo banco", en: "Returned" },
  recharged: { es: "Recargas entregadas", pt: "Recargas entregues", en: "Recharged" },
  declined: { es: "Rechazados", pt: "Recusados", en: "Declined" },
  lapsed: {
    es: "Vencidos o cancelados",
    pt: "Expirados ou cancelados",
    en: "Expired or cancelled",
  },
  refundsAsked: { es: "Reembolsos pedidos", pt: "Reembolsos pedidos", en: "Refunds asked for" },
  refunded: { es: "Reembolsos pagados", pt: "Reembolsos pagos", en: "Refunded" },
  refundsReturned: {
    es: "Reembolsos que volvieron",
    pt: "Reembolsos que voltaram",
    en: "Refunds that came back",
  },
  refundsFailed: { es: "Reembolsos fallidos", pt: "Reembolsos que falharam", en: "Refunds failed" },
  fees: { es: "Comisiones de la pasarela", pt: "Tarifas do gateway", en: "Fees" },
  commissions: { es: "Comisiones ganadas", pt: "Comissões ganhas", en: "Commissions" },
  missing: { es: "Sin respuesta a tiempo", pt: "Sem resposta a tempo", en: "Missing an answer" },
}
