/** Keys whose private half stands in manuals: the first address of each of their accounts. */

/** Ethereum's first accounts, and those of coins whose key is exported by mistake. */
export const PATHS = [
  "m/44'/60'/0'",
  "m/44'/60'/1'",
  "m/44'/60'/2'",
  "m/44'/60'/3'",
  "m/44'/60'/4'",
  "m/44'/60'/5'",
  "m/44'/60'/6'",
  "m/44'/60'/7'",
  "m/44'/60'/8'",
  "m/44'/60'/9'",
  "m/44'/1'/0'",
  "m/44'/0'/0'",
] as const

type Published = { readonly phrase: string; readonly addresses: readonly string[] }

/** By phrase; the addresses follow `PATHS`, each at `…/0/0`, in lower case. */
export const PUBLISHED: readonly Published[] = [
  // Hardhat, Anvil and Foundry.
  {
    phrase: "test test test test test test test test test test test junk",
    addresses: [
      "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266",
      "0x8c8d35429f74ec245f8ef2f4fd1e551cff97d650",
      "0x98e503f35d0a019cb0a251ad243a4ccfcf371f46",
      "0xcb9fa1ea9b8a3bf422a8639f23df77ea66020ec2",
      "0xefdd9ca0e063bd6974d8fa944a747620fe7032e3",
      "0xca5455b7a77e0c076c805a1c0da5782e457c7ada",
      "0x6e4cc65a90de0985bc34d4d17d8bf87b204b2e44",
      "0xaf4311d557fbc876059e39306ec1f3343753df29",
      "0xf9b8d95b9e9c17e3d923a68e8773bc323594dbc9",
      "0x9ac4fdc8e5d72aaade30f9ff52d392d60c68a64a",
      "0x22310bf73bc88ae2d2c9a29bd87bc38fbac9e6b0",
      "0xe2bd0016af6738548f37234744532ca93d0adea1",
    ],
  },
  // Ganache, with -d.
  {
    phrase: "myth like bonus scare over problem client lizard pioneer submit female collect",
    addresses: [
      "0x90f8bf6a479f320ead074411a4b0e7944ea8c9c1",
      "0x733a2aefbff542ff6130628bbc96fe5d38597095",
      "0xe46fb92e7fae5efa0aeb3c346c08a3780bd8d227",
      "0xf56490c251abf93222601fdfa298a66006af8e49",
      "0xa2845e425645ebaef397d8af7c406919347290a8",
      "0xe591883ab05ec39a4ac5f02ddc14f21738764ba5",
      "0xa04279b60a241eb677606ce819e6cef5470ef4be",
      "0x3d65c45efff4b186fb130ff2f37e02b801d50e3a",
      "0xa24c22e69f24bd2f15bfeb49f363e80f90b2f25f",
      "0x00ed2b60c00d68a80bc4a2ed9bb3ee2cfa31bd18",
      "0x525ff1da76a0c346763aee4e1c496ff5cc3f110d",
      "0x2f534e709f7fce0ede0b8ba5c27caec3cd739f68",
    ],
  },
  // Truffle's console.
  {
    phrase: "candy maple cake sugar pudding cream honey rich smooth crumble sweet treat",
    addresses: [
      "0x627306090abab3a6e1400e9345bc60c78a8bef57",
      "0x6503d95e3f20389ee9496b277abffdb8eccd2cc5",
      "0xe942ea5869f348e036ad8b9098659d06c574aa38",
      "0x47868d0f638f7a4b0ad06598e0abc72c22983388",
      "0x4829346af86f4c4e97e3f232688b73890fb8dfaa",
      "0x02e510b1ca7c59bd16c6de86aeef4871ab5d49ba",
      "0x4d1339b9a6f87a8a9c154f9cf407bb65da19d875",
      "0x19514d85a40659c63514fba49b199da6e8832b73",
      "0xd0e74feca59ed3840165abce1d2b4bb3bd8ed570",
      "0x51f56aa4f6111e9073d4388703b46b84ece89ff8",
      "0xe31a19c8d6b8694a006e0a5fd933b7a644313be0",
      "0x608315519d6d4ed7e0ee5ec95161e084e925760f",
    ],
  },
  // BIP-39's test vectors.
  {
    phrase:
      "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about",
    addresses: [
      "0x9858effd232b4033e47d90003d41ec34ecaeda94",
      "0x78839f6054d7ed13918bae0473ba31b1ca9d7265",
      "0x07b5fdfeb4e11826d233403fe8db0611ccf4c231",
      "0x8559a4270db933cac30830f2be9d099fd477a51d",
      "0xb9506f020318c2eca294e0557222511f1e5333cb",
      "0xe465d679e57f918e9c5357122a51687984e8b550",
      "0x4a809c7d06985824f2cc05741a8d4f8427f3ba26",
      "0x8bae832c68d7c90c11bca5eb8bd0f14d49bd9e8f",
      "0x1bf8ddb62d4302fb457639fb68617c77ffad2554",
      "0xbd360e2157d41c9b42e9735720a46d7c4573af6a",
      "0xb157e208264ff9edebbcb1d36e66d156df8afa6c",
      "0x030821f53c79461511bcf64367ecc9d013060408",
    ],
  },
  {
    phrase:
      "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art",
    addresses: [
      "0xf278cf59f82edcf871d630f28ecc8056f25c1cdb",
      "0x94142b4f665316d3304c3a595ec83ac9c8046598",
      "0xe93e76dfcc3bb3a6a3a36bcd9df68cb7c0ad46aa",
      "0x71c2332fc061939f415271d52d24b32f3d4a9173",
      "0x290c2d6fa111595df8a636d36763bfe4cd8d9e6f",
      "0x0eac10e6dfd25b1f87dabbb504a91bd2f5dd34b6",
      "0x398168ef43285e9de15c8008a4f488fa1c0b874b",
      "0x0e1aabaa73db347473abb30ad478ea8b716dc264",
      "0x671c188661bb3fbe0ebb6a59324c5a1a5a232d28",
      "0xd2ee9e21bb372e9944d9d81cdee4c3ac4faf98d2",
      "0xffd8857c1c991d4b40e04d4530ade722818e433d",
      "0x1cde9225ffe472d7426a0e18a3407635f9fa8fdb",
    ],
  },
  {
    phrase: "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong",
    addresses: [
      "0xfc2077ca7f403cbeca41b1b0f62d91b5ea631b5e",
      "0x9176a747ba67c1d7f80aadc930180b4183afb5c4",
      "0x32a8b066c5dbd37147766491a32a612d313fda25",
      "0x0d3dd54079957d13bb9218c09368e1da6064cfef",
      "0x5ec3a2eedfbeeba725c9d68d70dd58cada93a17c",
      "0x0cc70b3e3a9f4f768987a1b90636e2829eb90477",
      "0xa1414c391446f708b8c4698d3a08a2f0dc47388d",
      "0x0f457cb374944cb059069725ca991f975dd9a917",
      "0x78b3a676abb02a8f4c49cda75848796cad51e976",
      "0xd362d7aac811e371a320affa7812daf80a6ca22f",
      "0x667acc3fc27a8ebcda66e7e01ceca179d407ce00",
      "0x10139386752653704c6d80e9ae5a00d8312adc08",
    ],
  },
  {
    phrase:
      "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo vote",
    addresses: [
      "0x1959f5f4979c5cd87d5cb75c678c770515cb5e0e",
      "0xbcd02d8f6eac6528546ce07e3f636cb7cdec9259",
      "0x651a673a13db340a7fa121b39c3ecb83cccfe845",
      "0x150d39c4f1f3ded369e36dad00713c42503b1c3b",
      "0xb6dd89c6d4b8d14c225314f9523b89efed49d0da",
      "0xeec4c395fee4fd867603c8cd66442d8cc17b927c",
      "0xdef598c9cc45b00d8f178e25500fc4f7781dff91",
      "0xf5f6dce7401dbd2967fd0f65f444b33243538024",
      "0x15c77d054d5085afabf6637b16585ec4bebd92f8",
      "0x1ac5695a32ff2e3f885700db3208f552501966c6",
      "0xcfe56de79964f18a5c53279cf092633af4822459",
      "0x96bd242af08b08d35f29287368834675d730a49f",
    ],
  },
  {
    phrase: "legal winner thank year wave sausage worth useful legal winner thank yellow",
    addresses: [
      "0x58a57ed9d8d624cbd12e2c467d34787555bb1b25",
      "0x44f649fc8dc77694e6abef1aa966983dd6ed7c64",
      "0x35dbdb98d7e85585e516554836550fb570653c55",
      "0x6f5b0f4398ddac8a3502f67d09242ffe6eb2ded7",
      "0x6b3bd1e9725f730f13cb0ceedeba43bc80b51e2a",
      "0xd7128ba32f7aef2725ec0aba69cac4dfb7135309",
      "0x3fd3f6fc808112112d2547708f62a3c691080bd4",
      "0xe9e165d8825f4b25338d1dd1f39a44c5b7603578",
      "0xcd32ef9637cfb115e53b06d60573855247de1f6f",
      "0x8c18b7d04f050fead85dc59c0a6f4ff87cde2fcd",
      "0xddf6112e51a962377c34dc0fc042427c9de5ac47",
      "0x158512bbd8a410b397349b4a3c65ec0382f2123f",
    ],
  },
  {
    phrase: "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
    addresses: [
      "0x3061750d3df69ef7b8d4407cb7f3f879fd9d2398",
      "0x51be0c6f3a767890143547add870ed3c17b195e4",
      "0x18ddb2e383771ecdb4b2cc03b7effeedb762fc74",
      "0x7018b389e052c66b24ab06ca5c58651a3a45eb69",
      "0x75f4b5acc9c17a3a8bed3f2b2ead9341505f0d28",
      "0xfe797b500e335c05d30fa532c5b3e6a724f2bce8",
      "0x2cc880ed850ef3d696d5d01b12b84448a761dd71",
      "0x0cb2031c32df77bbdeba8da69a82bf089f9fc47b",
      "0xcfacbd4dfd204a45c1af7f24b10e1248733b2ac1",
      "0x5990bc7f6d0f2c329123d113d20542780ff6e0d3",
      "0x9ddc00e569c62ece22a8f2bf634ab231f1706e80",
      "0x19a31a39ad3f50fa95638c2a6801d6ed1506d4d0",
    ],
  },
]
