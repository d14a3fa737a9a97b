* A card of your own: BSIM4 with a few parameters, the others at the model's defaults.
* The numbers are round ones for this example; they are no process.
.param tox = 1.8n
.model my_nmos nmos level=54 version=4.7 ( toxe={tox} toxp=1.2n
+ vth0=0.30 u0=0.045 k1=0.4 k2=0 vsat=120k ndep=2.5e18 rdsw=150
+ cgso=0.1n cgdo=0.1n )
.model my_pmos pmos level=54 version=4.7 ( toxe={tox} toxp=1.2n
+ vth0=-0.28 u0=6m k1=0.4 k2=0 vsat=70k ndep=2.5e18 rdsw=150
+ cgso=0.1n cgdo=0.1n )
