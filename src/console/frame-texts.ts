/** What the frame of every page says: navigation, sign-in, problems. */
import type { Words } from "./words.ts"

export const FRAME = {
  console: { es: "Consola", pt: "Console", en: "Console" },
  skip: { es: "Ir al contenido", pt: "Ir para o conteúdo", en: "Skip to content" },
  menu: { es: "Menú", pt: "Menu", en: "Menu" },
  navigation: { es: "Secciones", pt: "Seções", en: "Sections" },
  sandbox: {
    es: "Sandbox: nada de esto mueve dinero.",
    pt: "Sandbox: nada disto movimenta dinheiro.",
    en: "Sandbox: nothing here moves money.",
  },
  merchant: { es: "Comercio", pt: "Comerciante", en: "Merchant" },
  allMerchants: { es: "Todos los comercios", pt: "Todos os comerciantes", en: "All merchants" },
  show: { es: "Ver", pt: "Ver", en: "Show" },
  language: { es: "Idioma", pt: "Idioma", en: "Language" },
  account: { es: "Mi cuenta", pt: "Minha conta", en: "My account" },
  signOut: { es: "Salir", pt: "Sair", en: "Sign out" },
  booksRight: {
    es: "Los libros cuadran",
    pt: "Os livros conferem",
    en: "The books are right",
  },
  booksWrong: {
    es: "Los libros no cuadran",
    pt: "Os livros não conferem",
    en: "The books are wrong",
  },
  booksUnknown: {
    es: "Los libros aún no se han revisado",
    pt: "Os livros ainda não foram conferidos",
    en: "The books haven't been looked at yet",
  },
  back: { es: "Volver", pt: "Voltar", en: "Back" },
} as const satisfies Record<string, Words>

export const ROLE_NAMES = {
  owner: { es: "Propietario", pt: "Proprietário", en: "Owner" },
  operator: { es: "Operador", pt: "Operador", en: "Operator" },
  support: { es: "Soporte", pt: "Suporte", en: "Support" },
  merchant: { es: "Comercio", pt: "Comerciante", en: "Merchant" },
} as const satisfies Record<string, Words>

/** Pages that say one thing. */
export const PROBLEMS = {
  notFound: {
    title: { es: "Aquí no hay nada", pt: "Não há nada aqui", en: "There is nothing here" },
    text: {
      es: "La dirección no existe, o lo que nombra no es de este comercio.",
      pt: "O endereço não existe, ou o que ele indica não é deste comerciante.",
      en: "The address doesn't exist, or what it names isn't this merchant's.",
    },
  },
  forbidden: {
    title: {
      es: "Su rol no permite esto",
      pt: "Seu papel não permite isto",
      en: "Your role doesn't allow this",
    },
    text: {
      es: "Pídaselo a un propietario. No se cambió nada.",
      pt: "Peça a um proprietário. Nada foi alterado.",
      en: "Ask an owner. Nothing was changed.",
    },
  },
  foreign: {
    title: {
      es: "Este formulario no vino de la consola",
      pt: "Este formulário não veio do console",
      en: "This form didn't come from the console",
    },
    text: {
      es: "Abra la página de nuevo y repita el paso. No se cambió nada.",
      pt: "Abra a página de novo e repita o passo. Nada foi alterado.",
      en: "Open the page again and repeat the step. Nothing was changed.",
    },
  },
  unreadable: {
    title: {
      es: "No se pudo leer lo que llegó",
      pt: "Não foi possível ler o que chegou",
      en: "What arrived can't be read",
    },
    text: {
      es: "Es demasiado grande o contiene caracteres que no son texto. No se cambió nada.",
      pt: "É grande demais ou contém caracteres que não são texto. Nada foi alterado.",
      en: "It is too large, or has characters that are no text. Nothing was changed.",
    },
  },
  tooMany: {
    title: { es: "Demasiados intentos", pt: "Tentativas demais", en: "Too many tries" },
    text: {
      es: "Espere medio minuto y vuelva a intentarlo.",
      pt: "Espere meio minuto e tente de novo.",
      en: "Wait for half a minute and try again.",
    },
  },
  unavailable: {
    title: { es: "En un momento", pt: "Em um momento", en: "In a moment" },
    text: {
      es: "La base de datos no responde ahora. Vuelva a intentarlo; repetir el paso no duplica nada.",
      pt: "O banco de dados não responde agora. Tente de novo; repetir o passo não duplica nada.",
      en: "The database doesn't answer now. Try again; repeating the step doubles nothing.",
    },
  },
  broken: {
    title: { es: "Algo falló aquí", pt: "Algo falhou aqui", en: "Something failed here" },
    text: {
      es: "La falla quedó registrada. Revise si el paso se hizo antes de repetirlo.",
      pt: "A falha foi registrada. Verifique se o passo foi feito antes de repeti-lo.",
      en: "The fault is in the log. See whether the step was done before you repeat it.",
    },
  },
} as const satisfies Record<string, { readonly title: Words; readonly text: Words }>
export type Problem = keyof typeof PROBLEMS
