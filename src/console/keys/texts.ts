/** The words of the pages of keys. */
import type { KeyFlaw, OperatorScope, Scope } from "../../core/index.ts"
import type { Words } from "../words.ts"

export const KEYS = {
  nav: { es: "Llaves", pt: "Chaves", en: "Keys" },
  title: { es: "Llaves de API", pt: "Chaves de API", en: "API keys" },
  lead: {
    es: "Con qué se identifica el comercio en cada API. Los secretos se muestran una sola vez.",
    pt: "Com que o comerciante se identifica em cada API. Os segredos aparecem uma única vez.",
    en: "What the merchant proves itself with in each API. Secrets are shown just once.",
  },
  add: { es: "Crear llave", pt: "Criar chave", en: "Create key" },
  none: { es: "No hay llaves en uso", pt: "Nenhuma chave em uso", en: "No keys in use" },
  noneText: {
    es: "Cree una para que el comercio pueda llamar a la API.",
    pt: "Crie uma para que o comerciante possa chamar a API.",
    en: "Create one so that the merchant can call the API.",
  },
  ended: {
    es: "Llaves terminadas ({count})",
    pt: "Chaves encerradas ({count})",
    en: "Ended keys ({count})",
  },
  name: { es: "Nombre", pt: "Nome", en: "Name" },
  nameless: { es: "Sin nombre", pt: "Sem nome", en: "Unnamed" },
  nameHint: {
    es: "Para reconocerla después: qué programa la usa.",
    pt: "Para reconhecê-la depois: qual programa a usa.",
    en: "To recognise it later: which program uses it.",
  },
  holder: { es: "De quién es", pt: "De quem é", en: "Whose it is" },
  knownBy: { es: "Se reconoce por", pt: "Reconhece-se por", en: "Known by" },
  scopes: { es: "Permisos", pt: "Permissões", en: "Scopes" },
  allScopes: { es: "Todos", pt: "Todas", en: "All" },
  allScopesLong: {
    es: "Todos los permisos, también los futuros",
    pt: "Todas as permissões, também as futuras",
    en: "All scopes, also those that come later",
  },
  someScopes: { es: "Solo estos:", pt: "Só estas:", en: "Only these:" },
  created: { es: "Creada", pt: "Criada", en: "Created" },
  lastUsed: { es: "Último uso", pt: "Último uso", en: "Last used" },
  lastUsedHint: {
    es: "Con una precisión de una hora.",
    pt: "Com precisão de uma hora.",
    en: "To the hour.",
  },
  never: { es: "Nunca", pt: "Nunca", en: "Never" },
  unknown: { es: "No se sabe", pt: "Não se sabe", en: "Not known" },
  state: { es: "Estado", pt: "Estado", en: "State" },
  inUse: { es: "En uso", pt: "Em uso", en: "In use" },
  ends: { es: "Termina {at}", pt: "Termina {at}", en: "Ends {at}" },
  endedAt: { es: "Terminó {at}", pt: "Terminou {at}", en: "Ended {at}" },
  replaced: {
    es: "Reemplazada, termina {at}",
    pt: "Substituída, termina {at}",
    en: "Replaced, ends {at}",
  },
  revoked: { es: "Revocada {at}", pt: "Revogada {at}", en: "Revoked {at}" },
  roll: { es: "Reemplazar", pt: "Substituir", en: "Roll" },
  revoke: { es: "Revocar", pt: "Revogar", en: "Revoke" },
  actions: { es: "Acciones", pt: "Ações", en: "Actions" },
  cancel: { es: "Volver", pt: "Voltar", en: "Back" },
  dialect: { es: "API", pt: "API", en: "API" },
  newTitle: { es: "Crear una llave", pt: "Criar uma chave", en: "Create a key" },
  expires: { es: "Termina", pt: "Termina", en: "Ends" },
  until: { es: "O el día", pt: "Ou no dia", en: "Or on the day" },
  untilHint: {
    es: "Hasta el fin de ese día en {zone}. Vale más que lo de arriba.",
    pt: "Até o fim desse dia em {zone}. Vale mais que o de cima.",
    en: "Until the end of that day in {zone}. It counts instead of the choice above.",
  },
  untilInvalid: {
    es: "Ese día no existe.",
    pt: "Esse dia não existe.",
    en: "There is no such day.",
  },
  sameLifetime: {
    es: "Dura lo mismo que la anterior",
    pt: "Dura o mesmo que a anterior",
    en: "Lasts as long as the old one",
  },
  days: { es: "En {days} días", pt: "Em {days} dias", en: "In {days} days" },
  agreesNew: {
    es: "El comercio aún no usa esta API: con la llave queda habilitada, sin comisión. Se cambia en Ajustes.",
    pt: "O comerciante ainda não usa esta API: com a chave ela fica habilitada, sem tarifa. Muda-se em Ajustes.",
    en: "The merchant doesn't use this API yet: the key enables it, without a fee. Settings change that.",
  },
  madeTitle: {
    es: "Guarde estas credenciales",
    pt: "Guarde estas credenciais",
    en: "Keep these credentials",
  },
  madeText: {
    es: "Se muestran solo ahora. Los secretos se guardan como huellas y no se pueden volver a ver.",
    pt: "Aparecem só agora. Os segredos são guardados como resumos e não podem ser vistos de novo.",
    en: "They are shown only now. Secrets are stored as hashes and can't be seen again.",
  },
  baseUrl: { es: "URL base", pt: "URL base", en: "Base URL" },
  tryIt: { es: "Pruébela", pt: "Experimente", en: "Try it" },
  done: { es: "Ya las guardé", pt: "Já guardei", en: "I have kept them" },
  rollTitle: { es: "Reemplazar la llave", pt: "Substituir a chave", en: "Roll the key" },
  rollText: {
    es: "Se crea una nueva con el mismo nombre y permisos. La anterior sigue sirviendo mientras la cambia en sus programas.",
    pt: "Cria-se uma nova com o mesmo nome e permissões. A anterior continua valendo enquanto você a troca nos seus programas.",
    en: "A new one is made with the same name and scopes. The old one goes on working while you change it in your programs.",
  },
  overlap: { es: "La anterior termina", pt: "A anterior termina", en: "The old one ends" },
  now: { es: "Ahora mismo", pt: "Agora mesmo", en: "Right now" },
  inHour: { es: "En 1 hora", pt: "Em 1 hora", en: "In 1 hour" },
  inDay: { es: "En 24 horas", pt: "Em 24 horas", en: "In 24 hours" },
  rolledNow: {
    es: "La llave anterior ya no sirve.",
    pt: "A chave anterior já não vale.",
    en: "The old key no longer works.",
  },
  rolledUntil: {
    es: "La llave anterior sirve hasta {at}.",
    pt: "A chave anterior vale até {at}.",
    en: "The old key works until {at}.",
  },
  revokeTitle: { es: "Revocar la llave", pt: "Revogar a chave", en: "Revoke the key" },
  revokeText: {
    es: "Deja de servir en menos de un segundo, en todos los nodos, y no se puede deshacer. Los programas que aún la usen recibirán un error.",
    pt: "Deixa de valer em menos de um segundo, em todos os nós, e não pode ser desfeito. Os programas que ainda a usam receberão um erro.",
    en: "It stops working within a second, on all nodes, and that can't be undone. Programs that still use it will be refused.",
  },
  revokeDone: {
    es: "La llave fue revocada.",
    pt: "A chave foi revogada.",
    en: "The key was revoked.",
  },
  revokedBefore: {
    es: "La llave ya estaba revocada.",
    pt: "A chave já estava revogada.",
    en: "The key was revoked before.",
  },
  operators: { es: "Llaves de operadores", pt: "Chaves de operadores", en: "Operators' keys" },
  operatorsLead: {
    es: "Para programas de quienes operan la pasarela: registran dinero que entró para cualquier comercio.",
    pt: "Para programas de quem opera o gateway: registram dinheiro que entrou para qualquer comerciante.",
    en: "For programs of those who run the gateway: they book money that came in for any merchant.",
  },
  noOperators: {
    es: "Ningún operador tiene llave",
    pt: "Nenhum operador tem chave",
    en: "No operator has a key",
  },
} as const satisfies Record<string, Words>

export const SCOPE_NAMES: Readonly<Record<Scope | OperatorScope, Words>> = {
  "payments:read": { es: "Ver pagos", pt: "Ver pagamentos", en: "Read payments" },
  "payments:write": {
    es: "Crear y cancelar pagos",
    pt: "Criar e cancelar pagamentos",
    en: "Create and cancel payments",
  },
  "refunds:read": { es: "Ver reembolsos", pt: "Ver reembolsos", en: "Read refunds" },
  "refunds:write": {
    es: "Devolver dinero y retirar reembolsos",
    pt: "Devolver dinheiro e retirar reembolsos",
    en: "Give money back and take refunds back",
  },
  "customers:read": {
    es: "Ver clientes y cuentas guardadas",
    pt: "Ver clientes e contas guardadas",
    en: "Read customers and stored accounts",
  },
  "customers:write": {
    es: "Crear clientes y cuentas, y revocarlas",
    pt: "Criar clientes e contas, e revogá-las",
    en: "Create customers and accounts, and revoke them",
  },
  "books:read": {
    es: "Ver saldos, extractos e informes",
    pt: "Ver saldos, extratos e relatórios",
    en: "Read balances, statements and reports",
  },
  "webhooks:read": {
    es: "Ver eventos, destinos y entregas",
    pt: "Ver eventos, destinos e entregas",
    en: "Read events, endpoints and deliveries",
  },
  "webhooks:write": {
    es: "Cambiar destinos y repetir entregas",
    pt: "Mudar destinos e repetir entregas",
    en: "Change endpoints and send deliveries again",
  },
  "sandbox:write": {
    es: "Simular resultados y mover el reloj",
    pt: "Simular resultados e mover o relógio",
    en: "Simulate outcomes and move the clock",
  },
  "top-ups:write": {
    es: "Registrar dinero que entró",
    pt: "Registrar dinheiro que entrou",
    en: "Book money that came in",
  },
  "balances:read": {
    es: "Ver saldos de comercios",
    pt: "Ver saldos de comerciantes",
    en: "Read merchants' balances",
  },
}

/** What the core says is wrong, in the language of whoever asked. */
export const FLAWS: Readonly<Record<KeyFlaw["code"], Words>> = {
  name_invalid: {
    es: "Un nombre tiene una línea de 1 a 80 caracteres.",
    pt: "Um nome tem uma linha de 1 a 80 caracteres.",
    en: "A name is one line of 1 to 80 characters.",
  },
  scopes_none: {
    es: "Elija al menos un permiso, o todos.",
    pt: "Escolha ao menos uma permissão, ou todas.",
    en: "Choose at least one scope, or all.",
  },
  scopes_unknown: {
    es: "Ese permiso no existe.",
    pt: "Essa permissão não existe.",
    en: "There is no such scope.",
  },
  scopes_not_here: {
    es: "Solo las llaves de la API propia tienen permisos.",
    pt: "Só as chaves da API própria têm permissões.",
    en: "Only keys of the native API have scopes.",
  },
  expiry_past: {
    es: "La llave tiene que terminar en el futuro.",
    pt: "A chave tem que terminar no futuro.",
    en: "A key has to end in the future.",
  },
  expiry_far: {
    es: "A lo sumo en diez años, o nunca.",
    pt: "No máximo em dez anos, ou nunca.",
    en: "Within ten years, or never.",
  },
  too_many: {
    es: "Hay demasiadas llaves en uso para esta API: revoque una primero.",
    pt: "Há chaves demais em uso para esta API: revogue uma primeiro.",
    en: "There are too many keys in use for this API: revoke one first.",
  },
  taken: {
    es: "Esa llave ya existe.",
    pt: "Essa chave já existe.",
    en: "Such a key is there already.",
  },
  repeated: {
    es: "Esta llave ya se creó con este formulario, y se mostró entonces.",
    pt: "Esta chave já foi criada com este formulário, e foi mostrada então.",
    en: "This form made its key before, and showed it then.",
  },
  unknown: { es: "No hay tal llave.", pt: "Não há tal chave.", en: "There is no such key." },
  ended: {
    es: "La llave ya terminó: cree una nueva.",
    pt: "A chave já terminou: crie uma nova.",
    en: "The key has ended: create a new one.",
  },
  rolled: {
    es: "La llave ya se reemplazó.",
    pt: "A chave já foi substituída.",
    en: "The key was rolled before.",
  },
}
